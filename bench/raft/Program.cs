using System.Diagnostics;
using System.Globalization;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Bench.Raft;
using Skerry.Raft;
using Skerry.Raft.Tests.Driver;
using Skerry.Storage;

// Three nodes in this process, on loopback TCP and this directory's disk: puts per second and the CPU all three take for one, by number of writers.
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var counts = args.Length > 1 ? args[1].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray() : [1, 10, 100, 1000];
var isUnsafe = args.Contains("--unsafe-no-fsync");
var path = Path.Combine(Environment.CurrentDirectory, $"raft-bench-{Environment.ProcessId}");
var network = new LoopbackNetwork();
var disks = new List<DiskDirectory>();
var nodes = new List<RaftNode>();
for (var i = 1; i <= 3; i++)
{
    disks.Add(DiskDirectory.Open(Path.Combine(path, $"n{i}"), isUnsafe));
    var options = new RaftOptions { Group = "bench", Node = $"n{i}", ElectionTimeout = TimeSpan.FromSeconds(2) };
    nodes.Add(await RaftNode.StartAsync(options, new CountingMachine(), network.Join($"n{i}"), disks[^1], TimeProvider.System, NullLoggerFactory.Instance, new NoMeters()));
}

var founders = nodes.Select((node, i) => new RaftFounder(node.Id, $"n{i + 1}")).ToList();
foreach (var node in nodes) await node.FoundAsync(founders, CancellationToken.None);
while (!nodes.Any(node => node.Status.IsLeader)) await Task.Delay(10);
var leader = nodes.First(node => node.Status.IsLeader);
Console.WriteLine("writers    puts/s    p50 ms    p99 ms   CPU ms/put   KB allocated/put");
await RunAsync(leader, 100, 2, report: false);
foreach (var count in counts) await RunAsync(leader, count, seconds, report: true);
foreach (var node in nodes) await node.DisposeAsync();
foreach (var disk in disks) disk.Dispose();
Directory.Delete(path, recursive: true);

static async Task RunAsync(RaftNode leader, int writers, double seconds, bool report)
{
    using var process = Process.GetCurrentProcess();
    var began = Stopwatch.GetTimestamp();
    var cpu = process.TotalProcessorTime;
    var allocated = GC.GetTotalAllocatedBytes();
    var latencies = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(() => WriteAsync(leader, began, seconds))));
    var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
    process.Refresh();
    var all = latencies.SelectMany(list => list).Order().ToArray();
    var spent = (process.TotalProcessorTime - cpu).TotalMilliseconds;
    if (!report) return;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{writers,7}{all.Length / elapsed,10:0}{all[all.Length / 2],10:0.00}{all[all.Length * 99 / 100],10:0.00}{spent / all.Length,13:0.000}{(GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / all.Length,19:0.0}"));
}

static async Task<List<double>> WriteAsync(RaftNode leader, long began, double seconds)
{
    var latencies = new List<double>();
    var command = new byte[256];
    while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
    {
        var at = Stopwatch.GetTimestamp();
        var result = await leader.ProposeAsync(command, CancellationToken.None);
        if (result.Error != RaftError.None) throw new InvalidOperationException($"A put failed: {result.Error}");
        latencies.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
    }

    return latencies;
}
