using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;

using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Driver;

public sealed class GossipNodeTests
{
    private static ImmutableArray<ReadOnlyMemory<byte>> Key(byte value) => [Enumerable.Repeat(value, 32).ToArray()];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nodes_that_join_see_each_others_tags(bool encrypted)
    {
        var keys = encrypted ? Key(1) : [];
        await using var one = await TestNode.StartAsync(TestNode.Options("one") with { Keys = keys });
        await using var two = await TestNode.StartAsync(TestNode.Options("two") with { Keys = keys });
        Assert.Equal(1, await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None));
        await one.SeesAsync("two", MemberStatus.Alive);
        await two.SeesAsync("one", MemberStatus.Alive);
        Assert.Equal("two", one.Members["two"].Tags["role"]);
    }

    [Fact]
    public async Task A_goodbye_is_seen_as_left()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one"));
        await using var two = await TestNode.StartAsync(TestNode.Options("two"));
        await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await one.SeesAsync("two", MemberStatus.Alive);
        await two.LeaveAsync(CancellationToken.None);
        await one.SeesAsync("two", MemberStatus.Left);
    }

    [Fact]
    public async Task Silence_is_seen_as_failed_and_a_return_as_joined()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one"));
        var two = await TestNode.StartAsync(TestNode.Options("two"));
        var address = two.LocalAddress;
        await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await one.SeesAsync("two", MemberStatus.Alive);
        await two.DisposeAsync();
        await one.SeesAsync("two", MemberStatus.Failed);

        await using var again = await TestNode.StartAsync(TestNode.Options("two") with { Bind = address });
        await again.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await one.SeesAsync("two", MemberStatus.Alive);
        Assert.True(one.Members["two"].Incarnation > 1);
    }

    [Fact]
    public async Task Another_key_does_not_get_in_and_is_told_so()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one") with { Keys = Key(1) });
        await using var two = await TestNode.StartAsync(TestNode.Options("two") with { Keys = Key(2) });
        var refused = await Assert.ThrowsAsync<GossipException>(() => two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None));
        Assert.Contains(one.LocalAddress.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Single(one.Members);
    }

    [Fact]
    public async Task An_event_reaches_every_node_once()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one"));
        await using var two = await TestNode.StartAsync(TestNode.Options("two"));
        await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await two.SeesAsync("one", MemberStatus.Alive);
        await one.SeesAsync("two", MemberStatus.Alive);
        using var limit = new CancellationTokenSource(TestNode.Patience);
        two.FireEvent("deploy", "v1"u8);
        two.FireEvent("deploy", "v2"u8);
        string[] there = [await NextAsync(one), await NextAsync(one)];
        Assert.Equal(["deploy v1", "deploy v2"], there.Order());
        Assert.Equal("deploy v1", await NextAsync(two));
        Assert.Throws<GossipException>(() => two.FireEvent("deploy", new byte[GossipNode.MaxEventSize]));

        async Task<string> NextAsync(GossipNode node)
        {
            var told = await node.Events.ReadAsync(limit.Token);
            return $"{told.Name} {Encoding.UTF8.GetString(told.Payload.Span)}";
        }
    }

    [Fact]
    public async Task Application_messages_arrive_by_packet_and_by_stream()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one") with { Keys = Key(3) });
        await using var two = await TestNode.StartAsync(TestNode.Options("two") with { Keys = Key(3) });
        await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await two.SeesAsync("one", MemberStatus.Alive);
        using var limit = new CancellationTokenSource(TestNode.Patience);

        Assert.True(two.TrySendDatagram("one", "by packet"u8));
        Assert.Equal("by packet", Encoding.UTF8.GetString((await one.ApplicationMessages.ReadAsync(limit.Token)).Payload.Span));

        var large = new byte[3_000_000];
        new Prng(1).Fill(large);
        Assert.True(await two.SendStreamAsync("one", large, limit.Token));
        Assert.Equal(large, (await one.ApplicationMessages.ReadAsync(limit.Token)).Payload.ToArray());
    }

    [Fact]
    public async Task A_node_rejoins_from_its_snapshot()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("skerry-test-").FullName, "members");
        await using var one = await TestNode.StartAsync(TestNode.Options("one"));
        var two = await TestNode.StartAsync(TestNode.Options("two") with { SnapshotPath = path });
        await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await two.SeesAsync("one", MemberStatus.Alive);
        await two.DisposeAsync();

        await using var again = await TestNode.StartAsync(TestNode.Options("two") with { SnapshotPath = path });
        await again.SeesAsync("one", MemberStatus.Alive);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_set_aside_and_the_node_starts()
    {
        var directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;
        var path = Path.Combine(directory, "members");
        await File.WriteAllTextAsync(path, "alive: one 127.0.0.1:1\nalive: tw\0\u0001garbage\nclock: 7\n");
        await using var node = await TestNode.StartAsync(TestNode.Options("two") with { SnapshotPath = path });
        Assert.Single(Directory.GetFiles(directory, "members.corrupt-*"));
    }

    [Fact]
    public async Task A_port_in_use_says_who_to_look_for()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one"));
        var refused = await Assert.ThrowsAsync<GossipException>(() => TestNode.StartAsync(TestNode.Options("two") with { Bind = one.LocalAddress }));
        Assert.Contains($"ss -lptn 'sport = :{one.LocalAddress.Port}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("gossip.bind", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_by_packet_and_by_stream_changes_nothing()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one"));
        await using var two = await TestNode.StartAsync(TestNode.Options("two"));
        var prng = new Prng(5);
        using var udp = new UdpClient();
        for (var i = 0; i < 2_000; i++)
        {
            var garbage = new byte[prng.Next(1400) + 1];
            prng.Fill(garbage);
            if (prng.Chance(0.5)) garbage[0] = (byte)prng.Next(15);
            await udp.SendAsync(garbage, one.LocalAddress);
        }

        for (var i = 0; i < 50; i++)
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(one.LocalAddress);
            var garbage = new byte[prng.Next(5000) + 1];
            prng.Fill(garbage);
            garbage[0] = (byte)prng.Next(15);
            await tcp.GetStream().WriteAsync(garbage);
        }

        await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await one.SeesAsync("two", MemberStatus.Alive);
        Assert.Equal(2, one.Members.Count);
    }

    [Fact]
    public async Task Events_come_in_order_from_the_moment_of_watching()
    {
        await using var one = await TestNode.StartAsync(TestNode.Options("one"));
        await using var two = await TestNode.StartAsync(TestNode.Options("two"));
        using var limit = new CancellationTokenSource(TestNode.Patience);
        var events = one.WatchAsync(limit.Token).GetAsyncEnumerator();
        await two.JoinAsync([one.LocalAddress.ToString()], CancellationToken.None);
        await one.SeesAsync("two", MemberStatus.Alive);
        await two.SetTagsAsync(two.Members["two"].Tags.SetItem("role", "changed"), CancellationToken.None);
        await TestNode.UntilAsync(() => one.Members["two"].Tags["role"] == "changed", "the new tag");
        await two.LeaveAsync(CancellationToken.None);

        var seen = new List<MembershipChange>();
        while (seen.LastOrDefault(MembershipChange.Reaped) != MembershipChange.Left && await events.MoveNextAsync()) seen.Add(events.Current.Change);
        Assert.Equal([MembershipChange.Joined, MembershipChange.Updated, MembershipChange.Left], seen);
    }
}
