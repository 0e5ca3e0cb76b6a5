using System.Globalization;
using System.Runtime.InteropServices;

using Skerry.Bench.Manifest;

// Three servers of Debian's etcd and three agents on loopback and one disk, asked by the same clients in turn. README.md says how to read the tables.
var rounds = Option("--rounds", 3);
var duration = TimeSpan.FromSeconds(Option("--seconds", 5));
var program = Text("--skerry") ?? Path.GetFullPath($"src/Skerry.Agent/bin/Release/net10.0/{RuntimeInformation.RuntimeIdentifier}/publish/skerry");
var only = Text("--only")?.Split(',');
var before = Text("--before");
var contestants = Text("--contestants")?.Split(',') ?? (before is null ? ["etcd", "skerry"] : ["before", "skerry"]);
var kills = Option("--kills", 0);
var million = Option("--keys", 0);
var observers = Option("--observers", 0);
string[] flags = args.Contains("--unsafe-no-fsync") ? ["--unsafe-no-fsync"] : [];
int[] crowds = [1, 10, 100, 1000];
Load[] loads =
[
    .. crowds.Select(clients => new Load($"put {clients}", clients, Keys.Put)),
    .. crowds.Select(clients => new Load($"get {clients}", clients, Keys.Get)),
    new Load("get serializable 100", 100, Keys.GetSerializable),
    new Load("mixed 100", 100, Keys.Mixed),
];
if (contestants.Contains("skerry") && !File.Exists(program))
{
    Console.Error.WriteLine($"No program at {program}. Make it: dotnet publish -c Release src/Skerry.Agent; or name it with --skerry PATH.");
    return 2;
}

// Beside the sources and not in /tmp, which is memory on many machines.
var directory = Directory.CreateDirectory($"manifest-bench-{Environment.ProcessId}").FullName;
try
{
    var table = new Table(contestants);
    if (rounds > 0) await RunLoadsAsync(table);
    if (million > 0) await RunManyKeysAsync(table);
    if (observers > 0) await RunObserversAsync(table);
    table.Print();
    return 0;
}
finally
{
    if (!args.Contains("--keep")) Directory.Delete(directory, recursive: true);
}

async Task RunLoadsAsync(Table results)
{
    var clusters = contestants.Select(name => Start(name, "")).ToList();
    try
    {
        foreach (var cluster in clusters)
        {
            await cluster.UntilReadyAsync();
            Keys.Restart();
            await new Load("fill", 100, Keys.PutNext).RunAsync(cluster, Keys.Space);
            await cluster.CompactAsync();
        }

        for (var round = 1; round <= rounds; round++)
        {
            foreach (var load in loads.Where(load => Wanted(load.Name))) await EachAsync(round, load.Name, cluster => load.RunAsync(cluster, duration));
            if (Wanted("watch 1000")) await EachAsync(round, "watch 1000", cluster => FanOut.RunAsync(cluster, 1000, duration));
            foreach (var cluster in clusters.Where(_ => Wanted("leases")))
            {
                var (granted, kept, revoked) = await Leases.RunAsync(cluster, 10_000);
                results.Add("lease grant 100", cluster.Name, granted);
                results.Add("lease keep-alive", cluster.Name, kept);
                results.Add("lease revoke 100", cluster.Name, revoked);
            }
        }

        for (var kill = 1; kill <= kills; kill++)
        {
            foreach (var cluster in clusters) results.Add("leader killed to next write, s", cluster.Name, await Failover.RunAsync(cluster));
        }

        foreach (var cluster in clusters) results.Add("memory after the runs, MiB, all three", cluster.Name, cluster.ResidentMiB);
    }
    finally
    {
        foreach (var cluster in clusters) cluster.Dispose();
    }

    async Task EachAsync(int round, string name, Func<Cluster, Task<Sample>> run)
    {
        foreach (var cluster in clusters)
        {
            var sample = await run(cluster);
            await cluster.CompactAsync();
            results.Add(name, cluster.Name, sample);
            Console.Error.WriteLine($"round {round}, {name}: {cluster.Name} {sample}");
        }
    }
}

// One contestant at a time: their memory is measured, and the machine's is theirs.
async Task RunManyKeysAsync(Table results)
{
    foreach (var name in contestants)
    {
        using var cluster = Start(name, "many");
        await cluster.UntilReadyAsync();
        Keys.Restart();
        results.Add($"put {million} keys, 1000 clients", name, await new Load("many", 1000, Keys.PutNext).RunAsync(cluster, million));
        await Task.Delay(TimeSpan.FromSeconds(10));
        results.Add("memory with all keys, MiB a server", name, cluster.ResidentMiB / 3);
        results.Add("disk over payload, a server", name, cluster.DiskBytes / 3.0 / ((double)million * (Keys.KeyBytes + Keys.ValueBytes)));
        for (var i = 0; i < 3; i++)
        {
            var server = cluster.Servers[i];
            server.Kill();
            server.Start();
            results.Add("start with all keys to the first read, s", name, await cluster.UntilReadyAsync(server));
        }
    }
}

async Task RunObserversAsync(Table results)
{
    // At rest a node costs little, but not nothing: twenty more on the machine stand beside both groups.
    using var alone = Cluster.Skerry("skerry alone", program, directory, 8, 0, flags);
    using var watched = Cluster.Skerry("skerry watched", program, directory, 9, observers, flags);
    await alone.UntilReadyAsync();
    await watched.UntilReadyAsync();
    for (var round = 0; round <= Math.Max(3, rounds); round++)
    {
        foreach (var clients in crowds.Take(3))
        {
            var load = new Load("", clients, Keys.Put);
            foreach (var cluster in new[] { alone, watched })
            {
                var sample = await load.RunAsync(cluster, duration);
                Console.Error.WriteLine($"round {round}, put {clients}: {cluster.Name} {sample}");
                if (round > 0) results.Add($"put {clients}, {(cluster == alone ? 0 : observers)} observers", "skerry", sample);
            }
        }
    }
}

Cluster Start(string name, string part)
{
    var path = Directory.CreateDirectory(Path.Combine(directory, part)).FullName;
    var cluster = name switch
    {
        "etcd" => Cluster.Etcd(path),
        "before" => Cluster.Skerry(name, before!, path, 4, 0, flags),
        "skerry" => Cluster.Skerry(name, program, path, 3, 0, flags),
        _ => throw new ArgumentException($"No such contestant: {name}."),
    };
    cluster.IsAskedAtLeader = args.Contains("--at-leader");
    return cluster;
}

bool Wanted(string name) => only is null || only.Contains(name) || only.Contains(name.Split(' ')[0]);

string? Text(string name)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
}

int Option(string name, int fallback) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
