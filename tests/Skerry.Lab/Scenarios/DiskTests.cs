using Google.Protobuf;

using Skerry.Api.Etcd.Wire;
using Skerry.Lab.Agents;
using Skerry.Lab.Fabric;
using Skerry.Lab.Nemesis;

namespace Skerry.Lab.Scenarios;

/// <summary>What is wrong with a server's disk, and what its users and its operator hear of it.</summary>
public sealed class DiskTests
{
    private const int MostPuts = 2000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_full_disk_refuses_writes_answers_reads_and_takes_up_again_when_there_is_room()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(new SitePlan("shop", "here", NatKind.None, "s1")));
        await using var agent = await AgentProcess.StartAsync(lab["s1"], FileOf(lab["s1"]), diskMegabytes: 96);
        using var client = new EtcdClient(lab["s1"]);
        await UntilPutAsync(agent, client, "first");
        agent.FillDisk();

        var acknowledged = new List<string> { "first" };
        var refused = new List<string>();
        for (var i = 0; refused.Count < 2; i++)
        {
            Assert.True(i < MostPuts, "A disk without room took all that came.");
            try
            {
                await PutAsync(client, $"k{i}");
                acknowledged.Add($"k{i}");
            }
            catch (CallFailure failure)
            {
                refused.Add(failure.Message);
            }
        }

        // The one that met the full disk is in the log, and done when there is room: nobody can say yet. Those behind it are refused, by the number and text that etcd's clients know.
        Assert.Equal(["14 etcdserver: request timed out", "8 etcdserver: mvcc: database space exceeded"], refused);
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), await KeysAsync(client));
        agent.FreeDisk();
        await UntilPutAsync(agent, client, "last");
        acknowledged.Add("last");
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), (await KeysAsync(client)).Intersect(acknowledged));
        Report.Add("disk full: a group of one", $"{acknowledged.Count - 2} writes of 100 KB into what the log had reserved, then one without an answer, the next refused at once; all there, and writes again with room");
    }

    [Fact]
    public async Task The_directory_of_another_node_is_refused_in_one_line()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(new SitePlan("shop", "here", NatKind.None, "s1", "s2")));
        await using var first = await AgentProcess.StartAsync(lab["s1"], FileOf(lab["s1"]));
        using (var client = new EtcdClient(lab["s1"])) await UntilPutAsync(first, client, "k");
        await first.StopAsync();
        var said = await AgentProcess.FailAsync(lab["s2"], FileOf(lab["s2"]), data => Directory.Move(Path.Combine(first.Data, "manifest"), Path.Combine(data, "manifest")));
        Assert.Contains("dc1/s1", said, StringComparison.Ordinal);
        Assert.Contains("dc1/s2", said, StringComparison.Ordinal);
    }

    private static string FileOf(LabHost host) => $$"""
        gossip: { bind: '{{host.Address}}:7946', profile: local }
        proxy: { dns: { enable: false } }
        manifest: { role: server }
        """;

    private static Task PutAsync(EtcdClient client, string key) => client.CallAsync(
        "KV/Put", new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(new byte[100_000]) }, PutResponse.Parser, Patience);

    private static Task UntilPutAsync(AgentProcess agent, EtcdClient client, string key) => agent.UntilAsync(async () =>
    {
        try
        {
            await PutAsync(client, key);
            return true;
        }
        catch (CallFailure)
        {
            return false;
        }
    }, "to take a write");

    private static async Task<IReadOnlyList<string>> KeysAsync(EtcdClient client)
    {
        var all = new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), KeysOnly = true };
        return [.. (await client.CallAsync("KV/Range", all, RangeResponse.Parser, Patience)).Kvs.Select(pair => pair.Key.ToStringUtf8())];
    }
}
