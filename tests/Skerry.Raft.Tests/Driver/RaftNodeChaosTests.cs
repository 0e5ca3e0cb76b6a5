using System.Collections.Concurrent;
using System.Globalization;

namespace Skerry.Raft.Tests.Driver;

/// <summary>Real nodes under writes, while they are stopped, cut off, fed snapshots and asked to hand over, at random.</summary>
public sealed class RaftNodeChaosTests
{
    private const int Writers = 8;
    private const int Blows = 30;

    /// <summary>SKERRY_RAFT_SEEDS=50 hunts.</summary>
    public static IEnumerable<TheoryDataRow<int>> Seeds =>
        Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("SKERRY_RAFT_SEEDS") ?? "2", CultureInfo.InvariantCulture)).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_acknowledged_write_is_lost_and_all_nodes_agree(int seed)
    {
        await using var group = await NodeGroup.FoundAsync(3, options => options with
        {
            SnapshotBytes = 32 << 10,
            TrailingEntries = 20,
            SegmentSize = 16 << 10,
            ElectionTimeout = TimeSpan.FromMilliseconds(200),
            HeartbeatInterval = TimeSpan.FromMilliseconds(40),
        });
        var random = new Random(seed);
        var acknowledged = new ConcurrentDictionary<string, int>();
        using var calm = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(group, $"w{writer}", acknowledged, calm.Token))).ToList();
        for (var blow = 0; blow < Blows; blow++)
        {
            await StrikeAsync(group, random);
            var before = acknowledged.Values.Sum();
            await Eventually.HoldsAsync(() => acknowledged.Values.Sum() > before + 50 || writers.Any(writer => writer.IsCompleted), group.Describe);
        }

        await calm.CancelAsync();
        await Task.WhenAll(writers);
        await group.PutAsync("last", "x");
        await group.AgreeAsync("last", "x");
        foreach (var node in group.Nodes)
        {
            foreach (var (key, value) in acknowledged)
                Assert.True(int.Parse(node.Machine.Keys[key], CultureInfo.InvariantCulture) >= value, $"{node.Name} has {key}={node.Machine.Keys[key]}, {value} was acknowledged");
        }
    }

    private static async Task StrikeAsync(NodeGroup group, Random random)
    {
        var victim = group.Nodes[random.Next(group.Nodes.Count)];
        switch (random.Next(4))
        {
            case 0:
                await victim.StopAsync();
                await group.LeaderAsync(victim);
                await victim.StartAsync();
                break;
            case 1:
                group.Network.Reaches = (from, to) => from != victim.Name && to != victim.Name;
                foreach (var node in group.Nodes.Where(node => node != victim)) victim.Transport.Cut(node.Name);
                foreach (var node in group.Nodes.Where(node => node != victim)) node.Transport.Cut(victim.Name);
                await group.LeaderAsync(victim);
                group.Network.Reaches = (_, _) => true;
                break;
            case 2:
                foreach (var node in group.Nodes.Where(node => node != victim)) node.Transport.Cut(victim.Name);
                break;
            case 3 when group.Up.FirstOrDefault(node => node.Raft.Status.IsLeader) is { } leader:
                await leader.Raft.TransferLeadershipAsync(victim.Id, CancellationToken.None);
                break;
        }
    }

    /// <summary>Counts a key up, each number until it is certain.</summary>
    private static async Task WriteAsync(NodeGroup group, string key, ConcurrentDictionary<string, int> acknowledged, CancellationToken calm)
    {
        for (var value = 1; !calm.IsCancellationRequested; value++)
        {
            while (!calm.IsCancellationRequested && !await TryPutAsync(group, key, value)) await Task.Delay(5, CancellationToken.None); // until there is a leader
            if (!calm.IsCancellationRequested) acknowledged[key] = value;
        }
    }

    private static async Task<bool> TryPutAsync(NodeGroup group, string key, int value)
    {
        try
        {
            if (group.Nodes.FirstOrDefault(node => node.IsUp && node.Raft.Status.IsLeader) is not { } leader) return false;
            return (await leader.PutAsync(key, $"{value}")).Error == RaftError.None;
        }
        catch (InvalidOperationException)
        {
            return false; // it went down between the two
        }
    }
}
