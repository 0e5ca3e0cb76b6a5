using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Driver;
using Skerry.Gossip.Tests.Wire;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Driver;

/// <summary>A live node under bytes from strangers: what is refused is counted, and it goes on to serve those in earnest.</summary>
public sealed class HostileTrafficTests : IDisposable
{
    private static readonly ImmutableArray<ReadOnlyMemory<byte>> OurKey = [Enumerable.Repeat((byte)1, 32).ToArray()];

    private readonly Counters _counters = new();

    public void Dispose() => _counters.Dispose();

    [Fact]
    public async Task Packets_under_another_key_are_counted_and_change_nothing()
    {
        await using var node = await StartAsync(TestNode.Options("one") with { Keys = OurKey });
        using var encoder = new PacketEncoder();
        var buffer = new byte[2048];
        var options = new PacketOptions(FuzzCorpus.Keys, Compress: false, Checksum: false);
        using var stranger = new UdpClient();
        foreach (var message in FuzzCorpus.Messages)
        {
            Assert.True(encoder.TryEncode([message], options, buffer, out var written));
            await stranger.SendAsync(buffer.AsMemory(0, written), node.LocalAddress);
        }

        await CountAsync("skerry.gossip.refused/Undecryptable", FuzzCorpus.Messages.Length);
        Assert.Single(node.Members);
    }

    [Fact]
    public async Task Packets_in_clear_are_counted_and_change_nothing_where_keys_are_set()
    {
        await using var node = await StartAsync(TestNode.Options("one") with { Keys = OurKey });
        using var stranger = new UdpClient();
        foreach (var message in FuzzCorpus.Messages) await stranger.SendAsync(message, node.LocalAddress);
        await CountAsync("skerry.gossip.refused", FuzzCorpus.Messages.Length);
        Assert.Single(node.Members);
    }

    // Goal: no packet, however malformed, ends the loop or makes it deaf. Method: damaged copies of every message, in clear, so that they reach the core.
    // Whoever is believed may still say that a node speaks another version, and nobody merges states from then on: a ping tells that the node lives.
    [Fact]
    public async Task Ten_thousand_damaged_packets_do_not_keep_a_node_from_answering()
    {
        await using var node = await StartAsync(TestNode.Options("one"));
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var prng = new Prng(20);
        for (var i = 0; i < 10_000; i++)
        {
            var packet = Mutation.Apply(Pick(FuzzCorpus.Messages, prng), Pick(FuzzCorpus.Messages, prng), prng);
            if (packet.Length is > 0 and < 60_000) await stranger.SendAsync(packet, node.LocalAddress);
        }

        await AnswersPingAsync(node, stranger);
        Assert.True(_counters["skerry.gossip.refused"] > 100, _counters.ToString());
    }

    [Fact]
    public async Task Damaged_streams_do_not_keep_a_node_from_answering()
    {
        await using var node = await StartAsync(TestNode.Options("one"));
        var prng = new Prng(21);
        for (var i = 0; i < 500; i++)
        {
            using var caller = new TcpClient();
            await caller.ConnectAsync(node.LocalAddress);
            var stream = Mutation.Apply(Pick(FuzzCorpus.Streams, prng), Pick(FuzzCorpus.Streams, prng), prng);
            if (stream.Length > 0) await SendAsync(caller, stream);
        }

        await AnswersAsync(node);
        Assert.True(_counters["skerry.gossip.exchanges/Refused"] > 50, _counters.ToString());
    }

    [Fact]
    public async Task Callers_who_say_nothing_are_cut_off_and_keep_nobody_out()
    {
        await using var node = await StartAsync(TestNode.Options("one"));
        var callers = new List<TcpClient>();
        for (var i = 0; i < 300; i++)
        {
            var caller = new TcpClient();
            try
            {
                await caller.ConnectAsync(node.LocalAddress);
                await caller.GetStream().WriteAsync(new byte[] { (byte)GossipMessageType.PushPull });
                callers.Add(caller);
            }
            catch (Exception cutOff) when (cutOff is SocketException or IOException)
            {
                // So soon was room made for the next one.
                caller.Dispose();
            }

            if (i == 200) await AnswersAsync(node);
        }

        // The last are within the places there are: their deadline ends them.
        foreach (var caller in callers) Assert.Equal(0, await ReadToEndAsync(caller));
        await CountAsync("skerry.gossip.exchanges/TooSlow", 1);
        foreach (var caller in callers) caller.Dispose();
    }

    [Fact]
    public async Task A_caller_who_drips_a_byte_at_a_time_is_cut_off()
    {
        await using var node = await StartAsync(TestNode.Options("one"));
        using var caller = new TcpClient();
        await caller.ConnectAsync(node.LocalAddress);
        using var limit = new CancellationTokenSource(TestNode.Patience);
        var stream = caller.GetStream();
        var drip = Task.Run(async () =>
        {
            try
            {
                foreach (var part in FuzzCorpus.Streams[0])
                {
                    await stream.WriteAsync(new[] { part }, limit.Token);
                    await Task.Delay(50, limit.Token); // the drip
                }
            }
            catch (IOException)
            {
                // cut off
            }
        });
        Assert.Equal(0, await ReadToEndAsync(caller));
        await drip;
        await CountAsync("skerry.gossip.exchanges/TooSlow", 1);
        await AnswersAsync(node);
    }

    [Theory]
    [InlineData("0affffffff")] // an encrypted stream of 4 GiB
    [InlineData("0683a44a6f696ec3a54e6f646573ceffffffffac5573657253746174654c656e0a")] // a push/pull of four billion nodes
    [InlineData("0881aa557365724d73674c656ece7fffffff")] // a user message of 2 GiB
    public async Task A_stream_that_declares_too_much_is_refused_before_it_is_received(string hex)
    {
        var keys = hex.StartsWith("0a", StringComparison.Ordinal) ? OurKey : [];
        await using var node = await StartAsync(TestNode.Options("one") with { Keys = keys });
        using var caller = new TcpClient();
        await caller.ConnectAsync(node.LocalAddress);
        await SendAsync(caller, Convert.FromHexString(hex));
        await ReadToEndAsync(caller);
        await CountAsync("skerry.gossip.exchanges/Refused", 1);
        Assert.True(_counters["skerry.gossip.refused"] > 0, _counters.ToString());
    }

    [Fact]
    public void Half_received_streams_share_one_bound_of_memory()
    {
        var budget = new StreamBudget(100);
        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(60));
        Assert.True(budget.TryTake(40));
        budget.Return(100);
        Assert.True(budget.TryTake(100));
    }

    private Task<GossipNode> StartAsync(GossipOptions options) => TestNode.StartAsync(options, _counters.Meters);

    private Task CountAsync(string what, long least) => TestNode.UntilAsync(() => _counters[what] >= least, $"{least} of {what}; counted: {_counters}");

    /// <summary>A node in earnest gets in by TCP, and is then pinged and answered by UDP.</summary>
    private static async Task AnswersAsync(GossipNode node)
    {
        var options = TestNode.Options("earnest");
        await using var earnest = await TestNode.StartAsync(options);
        Assert.Equal(1, await earnest.JoinAsync([node.LocalAddress.ToString()], CancellationToken.None));
        await node.SeesAsync("earnest", MemberStatus.Alive);
        Assert.True(earnest.TrySendDatagram("one", [1, 2, 3]));
        using var limit = new CancellationTokenSource(TestNode.Patience);
        await foreach (var message in node.ApplicationMessages.ReadAllAsync(limit.Token))
        {
            if (message.Payload.Span.SequenceEqual<byte>([1, 2, 3])) break;
        }

        await earnest.LeaveAsync(CancellationToken.None);
    }

    private static async Task AnswersPingAsync(GossipNode node, UdpClient from)
    {
        const uint sequence = 4_000_000_007;
        var ping = GossipCodec.Encode(new Ping(sequence, "one", NodeAddress.From((IPEndPoint)from.Client.LocalEndPoint!), "stranger"));
        await from.SendAsync(ping, node.LocalAddress);
        using var decoder = new PacketDecoder();
        using var limit = new CancellationTokenSource(TestNode.Patience);
        while (true)
        {
            var packet = await from.ReceiveAsync(limit.Token);
            if (!decoder.TryDecode(packet.Buffer, Keyring.Empty, out _)) continue;
            foreach (var part in decoder.Parts)
            {
                if (GossipCodec.TryDecode(part.Span, out var message, out _) && message is Ack { Sequence: sequence }) return;
            }
        }
    }

    private static async Task SendAsync(TcpClient caller, byte[] bytes)
    {
        try
        {
            await caller.GetStream().WriteAsync(bytes);
        }
        catch (IOException)
        {
            // The node has seen enough before all was sent.
        }
    }

    /// <summary>Bytes the node still sends until it closes; a reset counts as a close.</summary>
    private static async Task<int> ReadToEndAsync(TcpClient caller)
    {
        using var limit = new CancellationTokenSource(TestNode.Patience);
        var buffer = new byte[4096];
        var total = 0;
        try
        {
            while (await caller.GetStream().ReadAsync(buffer, limit.Token) is > 0 and var read) total += read;
        }
        catch (IOException)
        {
            // reset
        }

        return total;
    }

    private static byte[] Pick(byte[][] from, Prng prng) => from[prng.Next(from.Length)];
}
