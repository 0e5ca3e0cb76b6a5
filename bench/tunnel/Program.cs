using System.Globalization;

using Skerry.Bench.Tunnel;

if (args is ["--peer", var kind, .. var rest])
{
    var isRelay = kind.StartsWith("relay:", StringComparison.Ordinal);
    IPeer peer = kind.Replace("relay:", "", StringComparison.Ordinal) switch
    {
        "tcp" => new TcpPeer(),
        "session" => new TunnelPeer(isRelay),
        var security => new Libp2pPeer(security, isRelay),
    };
    await PeerProcess.RunAsync(peer, rest);
    return;
}

// Streams between two peers, two processes of each kind in turn. README.md says how to read the table.
var rounds = Option("--rounds", 3);
var bytes = Option("--megabytes", 500) * 1_000_000L;
var trips = Option("--trips", 5_000);
var opens = Option("--opens", 1_000);
var idle = Option("--idle", 0);
string[] own = [Environment.ProcessPath!, "--peer"];
string[] js = ["node", "--expose-gc", Path.GetFullPath("bench/tunnel/peer.mjs")];
using var machines = args.Contains("--nebula") ? new Machines() : null;
Dictionary<string, Func<Contest>> contestants = new()
{
    ["tcp"] = () => Contest.Direct([.. own, "tcp"]),
    ["js noise"] = () => Contest.Direct([.. js, "noise"]),
    ["js tls"] = () => Contest.Direct([.. js, "tls"]),
    ["skerry noise"] = () => Contest.Direct([.. own, "/noise"]),
    ["skerry tls"] = () => Contest.Direct([.. own, "/tls/1.0.0"]),
    ["js relayed"] = () => Contest.Relayed([.. js, "noise"], [.. js, "relay"]),
    ["skerry session"] = () => Contest.Direct([.. own, "session"]),
    ["skerry session relayed"] = () => Contest.Relayed([.. own, "session"], [.. own, "relay:session"]),
    ["skerry relayed"] = () => Contest.Relayed([.. own, "/noise"], [.. own, "relay:/noise"]),
};
if (machines is not null)
{
    contestants["veth tcp"] = () => Contest.Across(Machines.On(2), Machines.On(1), Machines.CableIp, [.. own, "tcp"], []);
    contestants["veth nebula"] = () => Contest.Across(Machines.On(2), Machines.On(1), Machines.NebulaIp, [.. own, "tcp"], machines.StartNebula());
    contestants["veth skerry"] = () => Contest.Across(Machines.On(2), Machines.On(1), Machines.CableIp, [.. own, "/noise"], []);
    contestants["veth nebula relayed"] = () => Contest.Across(Machines.On(2), Machines.On(1), Machines.NebulaIp, [.. own, "tcp"], machines.StartRelayedNebula());
    contestants["veth skerry relayed"] = () => Contest.RelayedAcross(Machines.On(2), Machines.On(1), Machines.On(3), Machines.BetweenIp, [.. own, "/noise"], [.. own, "relay:/noise"]);
}

var names = Text("--only") is { } only ? only.Split(',') : [.. contestants.Keys];
var samples = names.ToDictionary(name => name, _ => new List<Sample>());
for (var round = 1; round <= rounds; round++)
{
    foreach (var name in names)
    {
        Console.Error.WriteLine($"round {round} of {rounds}: {name}");
        using var contest = contestants[name]();
        samples[name].Add(Measure(contest));
        Console.Error.WriteLine($"  {samples[name][^1]}");
    }
}

Console.WriteLine("| | CPU s/GB | of that between | MB/s | round trip us, p50 | p99 | streams/s | idle KB/connection |\n|---|---|---|---|---|---|---|---|");
foreach (var (name, taken) in samples)
{
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {Median(taken, s => s.CpuPerGigabyte):0.00} | {Median(taken, s => s.Between):0.00} | {Median(taken, s => s.Throughput):0} | {Median(taken, s => s.Median):0} | {Median(taken, s => s.Slowest):0} | {Median(taken, s => s.Opens):0} | {Median(taken, s => s.Idle):0.0} |"));
}

Sample Measure(Contest contest)
{
    // Once to warm up: all of them compile as they run.
    var dialler = contest.Dialler;
    dialler.Do("bulk", bytes / 2);
    dialler.Do("echo", trips);
    dialler.Do("open", opens);
    var (before, between) = (contest.Cpu, contest.CpuBetween);
    var bulk = dialler.Do("bulk", bytes);
    var gigabytes = bytes / 1e9;
    var (cpu, cpuBetween) = ((contest.Cpu - before).TotalSeconds / gigabytes, (contest.CpuBetween - between).TotalSeconds / gigabytes);
    var echo = dialler.Take("echo", trips);
    var opened = opens / dialler.Do("open", opens);
    return new Sample(bytes / bulk / 1e6, cpu, cpuBetween, echo[1 + (trips / 2)] * 1e6, echo[1 + (trips * 99 / 100)] * 1e6, opened, idle > 0 && contest.Between.Count == 0 ? MeasureIdle(contest) : 0);
}

double MeasureIdle(Contest contest)
{
    // What the first hundred bring is not theirs: pools, code.
    contest.Dialler.Do("idle", 100);
    var before = contest.Listener.Memory;
    contest.Dialler.Do("idle", idle);
    return (contest.Listener.Memory - before) / 1000.0 / idle;
}

static double Median(List<Sample> samples, Func<Sample, double> value) => samples.Select(value).Order().ElementAt(samples.Count / 2);

string? Text(string name)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}

int Option(string name, int fallback) => Text(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : fallback;
