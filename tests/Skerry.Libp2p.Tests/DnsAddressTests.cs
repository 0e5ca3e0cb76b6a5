using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

using Skerry.Libp2p.Driver;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests;

/// <summary>Names that stand for addresses, with a name server of the test's own.</summary>
public sealed class DnsAddressTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, string[]> _texts = [];

    public DnsAddressTests()
    {
        _server.Start();
        _ = ServeAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DnsAddresses Names => new([(IPEndPoint)_server.LocalEndpoint]);

    [Fact]
    public async Task A_name_stands_for_the_addresses_of_its_texts_and_of_the_names_in_them()
    {
        var peer = IdentityKey.Generate().PeerId;
        _texts["_dnsaddr.all.example"] = ["dnsaddr=/ip4/10.0.0.1/tcp/1", "dnsaddr=/dnsaddr/more.example", "v=spf1", "dnsaddr=nonsense"];
        _texts["_dnsaddr.more.example"] = [$"dnsaddr=/ip6/::1/tcp/2/p2p/{peer}"];
        var found = await Names.ResolveAsync(Multiaddr.Parse("/dnsaddr/all.example"), Cancel);
        Assert.Equal(["/ip4/10.0.0.1/tcp/1", $"/ip6/::1/tcp/2/p2p/{peer}"], found.Select(address => address.ToString()));
    }

    [Fact]
    public async Task Only_the_peer_that_was_asked_for_is_meant()
    {
        var (wanted, other) = (IdentityKey.Generate().PeerId, IdentityKey.Generate().PeerId);
        _texts["_dnsaddr.all.example"] = [$"dnsaddr=/ip4/10.0.0.1/tcp/1/p2p/{other}", $"dnsaddr=/ip4/10.0.0.2/tcp/1/p2p/{wanted}"];
        var found = await Names.ResolveAsync(Multiaddr.Parse("/dnsaddr/all.example").WithPeer(wanted), Cancel);
        Assert.Equal($"/ip4/10.0.0.2/tcp/1/p2p/{wanted}", Assert.Single(found).ToString());
    }

    [Fact]
    public async Task Names_that_stand_for_each_other_stand_for_nothing()
    {
        _texts["_dnsaddr.one.example"] = ["dnsaddr=/dnsaddr/two.example"];
        _texts["_dnsaddr.two.example"] = ["dnsaddr=/dnsaddr/one.example"];
        await Assert.ThrowsAsync<Libp2pException>(() => Names.ResolveAsync(Multiaddr.Parse("/dnsaddr/one.example"), Cancel));
    }

    [Fact]
    public async Task A_peer_is_reached_by_a_name_though_not_all_it_stands_for_answers()
    {
        await using var listener = await StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        await using var dialler = await StartAsync(options => options with { NameServers = [(IPEndPoint)_server.LocalEndpoint] });
        _texts["_dnsaddr.site.example"] = ["dnsaddr=/ip4/127.0.0.1/tcp/1", $"dnsaddr={listener.Addresses[0]}"];
        Assert.Equal(listener.PeerId, await dialler.ConnectAsync(Multiaddr.Parse("/dnsaddr/site.example").WithPeer(listener.PeerId), Cancel));
        Assert.True(await dialler.PingAsync(listener.PeerId, Cancel) > TimeSpan.Zero);
    }

    public void Dispose() => _server.Dispose();

    private static Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions> change) =>
        TestHosts.BeginAsync(change(new Libp2pOptions { Identity = IdentityKey.Generate() }));

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _server.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                var head = new byte[2];
                await stream.ReadExactlyAsync(head);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                await stream.ReadExactlyAsync(question);
                Assert.True(DnsCodec.TryDecode(question, out var asked));
                var name = Assert.Single(asked.Questions).Name;
                var texts = _texts.GetValueOrDefault(name, []);
                var answer = DnsCodec.Encode(new DnsMessage(asked.Id, IsAnswer: true, asked.Questions, [.. texts.Select(text => DnsRecord.Txt(name, 60, [text]))], []));
                BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)answer.Length);
                await stream.WriteAsync((byte[])[.. head, .. answer]);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }
}
