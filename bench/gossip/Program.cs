using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

using Skerry.Bench.Gossip;

if (args is ["--host", var host, var bind])
{
    await NodeHost.RunAsync(host, IPEndPoint.Parse(bind));
    return 0;
}

if (!Isolation.IsIsolated && !args.Contains("--shared"))
{
    if (await Isolation.RunAgainAsync(args) is { } exitCode) return exitCode;
    Console.Error.WriteLine("No network namespace to be had (unshare, ip): bytes and packets count whatever else uses the loopback device.");
}

// Serf and Skerry side by side: fleets of agents on loopback, one fleet at a time, in turn. README.md says how to read the table.
var agents = Option("--agents", 20);
var rounds = Option("--rounds", 3);
var idle = TimeSpan.FromSeconds(Option("--idle", 60));
var warmUp = TimeSpan.FromSeconds(Option("--warm-up", 60));
var kills = Option("--kills", 3);
var chosen = (Text("--fleets") ?? "serf,skerry").Split(',');
var program = Text("--skerry") ?? Path.GetFullPath($"src/Skerry.Agent/bin/Release/net10.0/{RuntimeInformation.RuntimeIdentifier}/publish/skerry");

if (chosen.Contains("skerry") && !File.Exists(program))
{
    Console.Error.WriteLine($"No program at {program}. Make it: dotnet publish -c Release src/Skerry.Agent; or name it with --skerry PATH.");
    return 2;
}

var directory = Directory.CreateTempSubdirectory("skerry-bench-").FullName;
try
{
    IFleet[] fleets = [new SerfFleet(), new SkerryFleet(program, directory), new NodeFleet()];
    var results = fleets.Where(fleet => chosen.Contains(fleet.Name)).ToDictionary(fleet => fleet, _ => new List<Round>());
    var runner = new RoundRunner(agents, warmUp, idle, kills);
    for (var round = 1; round <= rounds; round++)
    {
        foreach (var (fleet, done) in results)
        {
            Console.Error.WriteLine($"round {round} of {rounds}: {agents} agents of {fleet.Name}");
            done.Add(await runner.RunAsync(fleet, CancellationToken.None));
        }
    }

    Report([.. results.Select(entry => (entry.Key.Name, entry.Value))]);
    return 0;
}
finally
{
    Directory.Delete(directory, recursive: true);
}

int Option(string name, int fallback) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

string? Text(string name)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}

// One column a fleet; a ratio is to the first one.
static void Report(IReadOnlyList<(string Name, List<Round> Rounds)> fleets)
{
    Row("measure (median of rounds)", [.. fleets.Select((fleet, index) => index == 0 ? fleet.Name : $"{fleet.Name} | ratio")]);
    Measure("kill -9 to all knowing, s", rounds => Median(rounds.SelectMany(round => round.Detections)));
    Measure("  worst, s", rounds => rounds.SelectMany(round => round.Detections).Max());
    Measure("kill -9 to the first knowing, s", rounds => Median(rounds.SelectMany(round => round.FirstDetections)));
    Measure("join convergence, s", rounds => Median(rounds.Select(round => round.Convergence)));
    Measure("idle CPU, ms per node and second", rounds => Median(rounds.Select(round => round.IdleCpu)));
    Measure("CPU until rest, s per node", rounds => Median(rounds.Select(round => round.StartCpu)));
    Measure("idle bytes per node and second", rounds => Median(rounds.Select(round => round.IdleBytes)));
    Measure("idle packets per node and second", rounds => Median(rounds.Select(round => round.IdlePackets)));
    Measure("resident memory, MiB per node", rounds => Median(rounds.Select(round => round.ResidentMiB)));

    void Measure(string name, Func<List<Round>, double> value)
    {
        var values = fleets.Select(fleet => value(fleet.Rounds)).ToList();
        Row(name, values.Select((number, index) => index == 0 ? $"{Number(number)}" : $"{Number(number)} | {Number(number / values[0])}"));
    }

    string Number(double number) => number.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(8);

    void Row(string name, IEnumerable<string> cells) => Console.WriteLine($"| {name,-34} | {string.Join(" | ", cells)} |");
}

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
}
