using System.Collections.Concurrent;

using Skerry.Libp2p.Driver;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests;

/// <summary>Hosts that call each other back on request.</summary>
public sealed class AutonatTests
{
    private static readonly AutonatOptions OnRequest = new() { Interval = TimeSpan.Zero };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_is_called_back_is_reached_and_that_is_told_once()
    {
        await using var server = await StartAsync(OnRequest);
        await using var host = await StartAsync(OnRequest with { Serves = false });
        var told = new ConcurrentQueue<Reachability>();
        host.ReachabilityChanged += told.Enqueue;
        Assert.Equal(Reachability.Unknown, await host.ProbeAsync(Cancel));
        await MeetAsync(host, server);

        Assert.Equal(Reachability.Public, await host.ProbeAsync(Cancel));
        Assert.Equal(Reachability.Public, await host.ProbeAsync(Cancel));
        Assert.Equal([Reachability.Public], told);
        var address = Assert.Single(host.AddressReachability);
        Assert.Equal((host.Addresses[0].WithoutPeer(), Reachability.Public, 1, 0), (address.Address, address.Reachability, address.Reached, address.Unreached));
        // The calls came from nobody known, and are over.
        await TestHosts.UntilAsync("the end of the calls", () => host.Connections.All(connection => connection.Peer == server.PeerId));
    }

    [Fact]
    public async Task A_name_is_looked_up_by_the_server_and_called_where_the_request_comes_from()
    {
        await using var server = await StartAsync(OnRequest);
        var port = Ports.Free();
        var name = Multiaddr.Parse($"/dns4/localhost/tcp/{port}");
        await using var host = await StartAsync(OnRequest, options => options with { Listen = [Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}")], Announce = [name] });
        await MeetAsync(host, server);
        Assert.Equal(Reachability.Public, await host.ProbeAsync(Cancel));
        Assert.Equal(Reachability.Public, host.AddressReachability.Single(one => one.Address.Equals(name)).Reachability);
        Assert.Equal(AutonatAnswer.Types.Status.Ok, await Ask1Async(host, server, host.PeerId, name));
    }

    [Fact]
    public async Task A_host_that_nobody_can_call_is_private_when_two_servers_say_so()
    {
        await using var one = await StartAsync(OnRequest);
        await using var other = await StartAsync(OnRequest);
        await using var host = await StartAsync(OnRequest with { Serves = false }, options => options with { Listen = [], Announce = [Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{Ports.Closed}")] });
        await MeetAsync(host, one);
        Assert.Equal(Reachability.Unknown, await host.ProbeAsync(Cancel));
        await MeetAsync(host, other);
        Assert.Equal(Reachability.Private, await host.ProbeAsync(Cancel));
        Assert.Equal(2, Assert.Single(host.AddressReachability).Unreached);
    }

    [Fact]
    public async Task It_is_found_out_without_being_asked_for()
    {
        await using var server = await StartAsync(new AutonatOptions());
        await using var host = await StartAsync(new AutonatOptions());
        await MeetAsync(host, server);
        await TestHosts.UntilAsync("the host's knowledge that it is reached", () => host.Reachability == Reachability.Public);
    }

    [Fact]
    public async Task A_relayed_peer_is_not_called_back()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var server = await StartAsync(OnRequest, options => options with { HolePunching = false });
        await using var host = await StartAsync(OnRequest, options => options with { HolePunching = false });
        await host.ConnectAsync(await TestHosts.ReserveAsync(server, relay), Cancel);
        await using var stream = await host.OpenAsync(server.PeerId, [AutonatServer.Id1], Cancel);
        Assert.Equal(AutonatAnswer.Types.Status.DialRefused, await AskAsync(stream, host.PeerId, host.Addresses[0]));
    }

    [Fact]
    public async Task A_peer_is_called_so_often_and_only_for_itself()
    {
        await using var server = await StartAsync(OnRequest with { CallsPerPeer = 3 });
        await using var host = await StartAsync(OnRequest);
        await MeetAsync(host, server);
        Assert.Equal(AutonatAnswer.Types.Status.BadRequest, await Ask1Async(host, server, IdentityKey.Generate().PeerId, host.Addresses[0]));
        Assert.Equal(AutonatAnswer.Types.Status.DialRefused, await Ask1Async(host, server, host.PeerId, Multiaddr.Parse("/ip4/127.0.0.2/tcp/1")));
        Assert.Equal(AutonatAnswer.Types.Status.Ok, await Ask1Async(host, server, host.PeerId, host.Addresses[0]));
        Assert.Equal(AutonatAnswer.Types.Status.DialError, await Ask1Async(host, server, host.PeerId, Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{Ports.Closed}")));
        Assert.Equal(AutonatAnswer.Types.Status.DialRefused, await Ask1Async(host, server, host.PeerId, host.Addresses[0]));
    }

    /// <summary>Goal: who has somebody else called pays first. Method: a request for an address of the documentation's net, which nobody has.</summary>
    [Fact]
    public async Task A_call_to_another_address_is_paid_for()
    {
        await using var server = await StartAsync(OnRequest with { CallTimeout = TimeSpan.FromMilliseconds(500) });
        await using var host = await StartAsync(OnRequest);
        await MeetAsync(host, server);
        await using var stream = await host.OpenAsync(server.PeerId, [AutonatServer.Id2], Cancel);
        await stream.WritePrefixedAsync(Autonat2Codec.Ask([Multiaddr.Parse("/ip4/10.0.0.1/tcp/1"), Multiaddr.Parse("/ip4/203.0.113.1/tcp/1")], 7), Cancel);
        Assert.True(Autonat2Codec.TryReadReply(await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, Cancel), out var answer, out var demand));
        Assert.Null(answer);
        Assert.Equal(1u, demand!.Index);
        Assert.InRange(demand.Count, 30_000u, 100_000u);
        var data = Autonat2Codec.Data(new byte[Autonat2Codec.MaxData]);
        for (var paid = 0ul; paid < demand.Count; paid += Autonat2Codec.MaxData) await stream.WritePrefixedAsync(data, Cancel);
        Assert.True(Autonat2Codec.TryReadReply(await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, Cancel), out answer, out _));
        Assert.Equal((1u, Autonat2Answer.Types.Dial.Error), (answer!.Index, answer.Dial));
    }

    [Fact]
    public async Task A_number_that_nobody_was_told_is_no_proof()
    {
        await using var host = await StartAsync(OnRequest);
        await using var liar = await StartAsync(OnRequest);
        await liar.ConnectAsync(host.Addresses[0], Cancel);
        await using var stream = await liar.OpenAsync(host.PeerId, [AutonatClient.DialBackId], Cancel);
        await stream.WritePrefixedAsync(Autonat2Codec.DialBack(7), Cancel);
        await Assert.ThrowsAsync<Libp2pException>(() => stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, Cancel).AsTask());
        Assert.Equal(Reachability.Unknown, host.Reachability);
    }

    /// <summary>Goal: who says that it got through and brought no number is not believed. Method: a host that answers the protocol with that.</summary>
    [Fact]
    public async Task A_server_that_only_says_so_is_not_believed()
    {
        await using var liar = await TestHosts.StartAsync();
        liar.Handle(AutonatServer.Id2, async (stream, cancel) =>
        {
            await stream.ReadPrefixedAsync(Autonat2Codec.MaxLength, cancel);
            await stream.WritePrefixedAsync(Autonat2Codec.Answer(Autonat2Answer.Types.Status.Ok, 0, Autonat2Answer.Types.Dial.Ok), cancel);
            await stream.EndWritingAsync(cancel);
        });
        await using var host = await StartAsync(OnRequest with { Confirmations = 1 });
        await MeetAsync(host, liar);
        Assert.Equal(Reachability.Unknown, await host.ProbeAsync(Cancel));
    }

    private static async Task<AutonatAnswer.Types.Status> Ask1Async(Libp2pHost host, Libp2pHost server, PeerId peer, Multiaddr address)
    {
        await using var stream = await host.OpenAsync(server.PeerId, [AutonatServer.Id1], Cancel);
        return await AskAsync(stream, peer, address);
    }

    private static async Task<AutonatAnswer.Types.Status> AskAsync(Libp2pStream stream, PeerId peer, Multiaddr address)
    {
        await stream.WritePrefixedAsync(AutonatCodec.Ask(peer, [address]), Cancel);
        Assert.True(AutonatCodec.TryReadAnswer(await stream.ReadPrefixedAsync(AutonatCodec.MaxLength, Cancel), out var status));
        return status;
    }

    private static async Task MeetAsync(Libp2pHost host, Libp2pHost server)
    {
        await host.ConnectAsync(server.Addresses[0], Cancel);
        await host.GetInfoAsync(server.PeerId, Cancel);
    }

    private static Task<Libp2pHost> StartAsync(AutonatOptions autonat, Func<Libp2pOptions, Libp2pOptions>? change = null) =>
        TestHosts.StartAsync(options => (change?.Invoke(options) ?? options) with { Autonat = autonat });
}
