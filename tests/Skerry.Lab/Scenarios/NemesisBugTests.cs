using System.Diagnostics;

using Skerry.Lab.Nemesis;
using Skerry.Simulation;

namespace Skerry.Lab.Scenarios;

/// <summary>
/// The checker finds what is wrong with real processes, too. Agents have no switch that makes them wrong, so what is planted stands around them: reads that ask the node alone,
/// a request that is sent twice under two numbers, disks that were put back to what they were.
/// </summary>
public sealed class NemesisBugTests
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Stale_reads_writes_done_twice_and_writes_lost_are_found()
    {
        await using var cluster = await Cluster.StartAsync(3);
        var sound = new History();
        await using (new HistoryClients(cluster, sound, perServer: 2)) await Task.Delay(While); // clients work
        sound.AssertLinearizable();

        var leader = await cluster.LeaderAsync();
        var cutOff = cluster.Names.First(name => name != leader);
        var alone = cluster.ClientOf(cutOff);
        await using (await cluster.CutAsync([cutOff]))
        {
            await FindAsync(cluster, new History(), round: 1, client => new EtcdObjects(client) { ReadsStale = client == alone });
        }

        await cluster.UntilServingAsync();
        await FindAsync(cluster, new History(), round: 2, client => new EtcdObjects(client) { SendsTwice = true });
        await FindLossAsync(cluster, round: 3);
    }

    /// <summary>Each history has objects of its own, and goes on until no order explains it. Clients stop before it is judged: a call that is not written down yet would look like a bug.</summary>
    private static async Task FindAsync(Cluster cluster, History history, int round, Func<EtcdClient, EtcdObjects> make)
    {
        var began = Stopwatch.GetTimestamp();
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"The bug planted in round {round} is not found in {history.Count} calls.");
            await using (new HistoryClients(cluster, history, perServer: 2, round, make)) await Task.Delay(While); // clients work
        }
        while (history.Check(out _) != Verdict.Violated);
    }

    private static async Task FindLossAsync(Cluster cluster, int round)
    {
        var history = new History();
        await OnDisksAsync(cluster, Copy);
        await using (new HistoryClients(cluster, history, perServer: 2, round)) await Task.Delay(While); // clients work
        history.AssertLinearizable();
        await OnDisksAsync(cluster, (data, copy) =>
        {
            Directory.Delete(data, recursive: true);
            Directory.Move(copy, data);
        });
        await FindAsync(cluster, history, round, client => new EtcdObjects(client));
    }

    private static async Task OnDisksAsync(Cluster cluster, Action<string, string> change)
    {
        await Task.WhenAll(cluster.Names.Select(name => cluster[name].KillAsync()));
        foreach (var name in cluster.Names) change(Path.Combine(cluster[name].Data, "manifest"), Path.Combine(cluster[name].Data, "manifest-before"));
        await Task.WhenAll(cluster.Names.Select(name => cluster[name].RunAsync()));
        await cluster.UntilServingAsync();
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
