using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Tests;

/// <summary>Hosts that find each other, in the LAN of one machine and in a DHT.</summary>
public sealed class DiscoveryTests
{
    private readonly int _port = FreePort();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosts_of_one_lan_find_each_other_with_no_address_configured()
    {
        await using var one = await StartAsync(Lan());
        var (byOne, byOther) = (new ConcurrentDictionary<PeerId, FoundPeer>(), new ConcurrentDictionary<PeerId, FoundPeer>());
        one.PeerFound += found => byOne[found.Peer] = found;
        await using var other = await StartAsync(Lan());
        other.PeerFound += found => byOther[found.Peer] = found;

        await UntilAsync("each has found the other", () => byOne.ContainsKey(other.PeerId) && byOther.ContainsKey(one.PeerId));
        var found = byOther[one.PeerId];
        Assert.Equal(DiscoverySource.Mdns, found.Source);
        Assert.Contains(one.Addresses[0].WithoutPeer(), found.Addresses);
        Assert.Equal(one.PeerId, await other.ConnectAsync(found.Addresses[0].WithPeer(found.Peer), Cancel));
    }

    [Fact]
    public async Task Hosts_with_another_rendezvous_do_not()
    {
        await using var one = await StartAsync(Lan("EDGEMESH_A"));
        var found = new ConcurrentDictionary<PeerId, FoundPeer>();
        one.PeerFound += peer => found[peer.Peer] = peer;
        await using var stranger = await StartAsync(Lan("EDGEMESH_B"));
        await using var friend = await StartAsync(Lan("EDGEMESH_A"));
        await UntilAsync("the friend is found", () => found.ContainsKey(friend.PeerId));
        Assert.DoesNotContain(stranger.PeerId, found.Keys);
    }

    [Fact]
    public async Task Garbage_in_the_lan_is_not_minded()
    {
        await using var one = await StartAsync(Lan());
        var found = new ConcurrentDictionary<PeerId, FoundPeer>();
        one.PeerFound += peer => found[peer.Peer] = peer;
        using (var socket = new UdpClient(AddressFamily.InterNetwork))
        {
            foreach (var length in (int[])[0, 1, 12, 500, 9001])
            {
                var bytes = new byte[length];
                Random.Shared.NextBytes(bytes);
                await socket.SendAsync(bytes, new IPEndPoint(IPAddress.Loopback, _port), Cancel);
            }
        }

        await using var other = await StartAsync(Lan());
        await UntilAsync("the other is found", () => found.ContainsKey(other.PeerId));
    }

    [Fact]
    public async Task Hosts_meet_at_their_rendezvous_in_the_dht()
    {
        await using var server = await StartAsync(InDht(DhtMode.Server));
        await using var one = await StartAsync(InDht(DhtMode.Client));
        await using var other = await StartAsync(InDht(DhtMode.Client));
        var found = new ConcurrentDictionary<PeerId, FoundPeer>();
        one.PeerFound += peer => found[peer.Peer] = peer;
        await one.ConnectAsync(server.Addresses[0], Cancel);
        await other.ConnectAsync(server.Addresses[0], Cancel);
        await UntilAsync("the other and the server are found", () => found.ContainsKey(other.PeerId) && found.ContainsKey(server.PeerId));
        Assert.Equal(DiscoverySource.Dht, found[other.PeerId].Source);
        Assert.Contains(other.Addresses[0].WithoutPeer(), found[other.PeerId].Addresses);
        Assert.DoesNotContain(one.PeerId, found.Keys);
    }

    [Fact]
    public async Task Hosts_that_meet_in_the_lan_are_in_one_dht_without_being_told()
    {
        await using var one = await StartAsync(options => InDht(DhtMode.Server)(Lan()(options)));
        await using var other = await StartAsync(options => InDht(DhtMode.Server)(Lan()(options)));
        await UntilAsync("each knows the other's node", () => one.Dht!.Nodes == 1 && other.Dht!.Nodes == 1);
    }

    [Fact]
    public async Task A_rendezvous_that_can_be_no_name_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(Lan(new string('x', 64))));

    private static Func<Libp2pOptions, Libp2pOptions> InDht(DhtMode mode) => options => options with
    {
        Rendezvous = "meet",
        Dht = new DhtOptions { Mode = mode },
        FinderPeriod = TimeSpan.FromMilliseconds(50),
    };

    private Func<Libp2pOptions, Libp2pOptions> Lan(string? rendezvous = null) => options => options with
    {
        Rendezvous = rendezvous,
        Mdns = new MdnsOptions { AllowLoopback = true, Port = _port },
    };

    private static int FreePort()
    {
        using var socket = new UdpClient(0, AddressFamily.InterNetwork);
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }

    private static Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions> change) => TestHosts.BeginAsync(
        change(new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] }));

    private static async Task UntilAsync(string what, Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, $"Did not come: {what}.");
            await Task.Delay(5, Cancel); // between two polls of the condition
        }
    }
}
