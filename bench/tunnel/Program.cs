using System.Globalization;

using Skerry.Bench.Tunnel;

if (args is ["--peer", var kind, .. var rest])
{
    await PeerProcess.RunAsync(kind == "tcp" ? new TcpPeer() : new Libp2pPeer(kind), rest.FirstOrDefault());
    return;
}

// Streams between two peers on loopback, two processes of each kind in turn. README.md says how to read the table.
var rounds = Option("--rounds", 3);
var bytes = Option("--megabytes", 500) * 1_000_000L;
var trips = Option("--trips", 5_000);
var opens = Option("--opens", 1_000);
string[] own = [Environment.ProcessPath!, "--peer"];
string[] js = ["node", Path.GetFullPath("bench/tunnel/peer.mjs")];
(string Name, string[] Command)[] contestants =
[
    ("tcp", [.. own, "tcp"]), ("js noise", [.. js, "noise"]), ("js tls", [.. js, "tls"]), ("skerry noise", [.. own, "/noise"]), ("skerry tls", [.. own, "/tls/1.0.0"]),
];
contestants = [.. contestants.Where(contestant => Text("--only") is not { } only || only.Split(',').Contains(contestant.Name))];
var samples = contestants.ToDictionary(contestant => contestant.Name, _ => new List<Sample>());
for (var round = 1; round <= rounds; round++)
{
    foreach (var (name, command) in contestants)
    {
        Console.Error.WriteLine($"round {round} of {rounds}: {name}");
        using var listener = new PeerProcess(command);
        using var dialler = new PeerProcess([.. command, listener.ReadLine()]);
        samples[name].Add(Measure(listener, dialler));
    }
}

Console.WriteLine("| | MB/s | CPU s/GB | round trip us | streams/s |\n|---|---|---|---|---|");
foreach (var (name, taken) in samples)
{
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {Median(taken, s => s.Throughput):0} | {Median(taken, s => s.CpuPerGigabyte):0.00} | {Median(taken, s => s.RoundTrip):0} | {Median(taken, s => s.Opens):0} |"));
}

Sample Measure(PeerProcess listener, PeerProcess dialler)
{
    // Once to warm up: all of them compile as they run.
    dialler.Do("bulk", bytes / 2);
    dialler.Do("echo", trips);
    dialler.Do("open", opens);
    var before = listener.Cpu + dialler.Cpu;
    var bulk = dialler.Do("bulk", bytes);
    var cpu = listener.Cpu + dialler.Cpu - before;
    return new Sample(bytes / bulk / 1e6, cpu.TotalSeconds / (bytes / 1e9), dialler.Do("echo", trips) / trips * 1e6, opens / dialler.Do("open", opens));
}

static double Median(List<Sample> samples, Func<Sample, double> value) => samples.Select(value).Order().ElementAt(samples.Count / 2);

string? Text(string name)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}

int Option(string name, int fallback) => Text(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : fallback;
