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

    [Fact]
    public async Task Stale_reads_writes_done_twice_and_writes_lost_are_found()
    {
        await using var cluster = await Cluster.StartAsync(3);
        Assert.Equal(Verdict.Linearizable, (await ObserveAsync(cluster, 0, client => new EtcdObjects(client))).Check(out _));

        var leader = await cluster.LeaderAsync();
        var cutOff = cluster.Names.First(name => name != leader);
        var alone = cluster.ClientOf(cutOff);
        await using (await cluster.CutAsync([cutOff]))
        {
            Assert.Equal(Verdict.Violated, (await ObserveAsync(cluster, 1, client => new EtcdObjects(client) { ReadsStale = client == alone })).Check(out _));
        }

        await cluster.UntilServingAsync();
        Assert.Equal(Verdict.Violated, (await ObserveAsync(cluster, 2, client => new EtcdObjects(client) { SendsTwice = true })).Check(out _));
        Assert.Equal(Verdict.Violated, (await ObserveLossAsync(cluster, 3)).Check(out _));
    }

    private static async Task<History> ObserveAsync(Cluster cluster, int round, Func<EtcdClient, EtcdObjects> make)
    {
        var history = new History();
        await using (new HistoryClients(cluster, history, perServer: 2, round, make)) await Task.Delay(While); // clients work
        return history;
    }

    private static async Task<History> ObserveLossAsync(Cluster cluster, int round)
    {
        var history = new History();
        await OnDisksAsync(cluster, (data, copy) => Copy(data, copy));
        await using (new HistoryClients(cluster, history, perServer: 2, round)) await Task.Delay(While); // clients work
        await OnDisksAsync(cluster, (data, copy) =>
        {
            Directory.Delete(data, recursive: true);
            Directory.Move(copy, data);
        });
        await using (new HistoryClients(cluster, history, perServer: 2, round)) await Task.Delay(While); // clients work
        return history;
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
