using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;
using Skerry.Libp2p.Tests;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>
/// Skerry's host and js-libp2p leave a relay together. js-libp2p dials no private addresses here, so both go by the name of localhost, which it takes for public.
/// </summary>
public sealed class JsHolePunchTests
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task We_follow_js_libp2p_out_of_the_relay(bool isJsReached)
    {
        await using var relay = await StartAsync(isRelay: true);
        await using var host = await StartAsync();
        var port = Ports.Free();
        // When it is not reached, nobody listens at the address it announces: its own call has to come through, whichever role it takes in it.
        var listen = new JsonArray($"{relay.Addresses[0]}/p2p-circuit");
        if (isJsReached) listen.Add($"/ip4/127.0.0.1/tcp/{port}");
        await using var js = await JsPeer.StartAsync(new JsonObject { ["security"] = "noise", ["dcutr"] = "punch", ["listen"] = listen, ["announce"] = new JsonArray($"/dns4/localhost/tcp/{port}") });
        var ended = Ended(host);

        var way = (await ThroughAsync(js))!;
        Assert.True((await host.DialAsync(way, Cancel)).IsRelayed);
        // One that came to nothing may stand before it.
        await UntilAsync("our word that it is over", () => ended.Any(punch => punch.Outcome == HolePunchOutcome.Punched));
        var punch = ended.First(punch => punch.Outcome == HolePunchOutcome.Punched);
        Assert.False(punch.IsInitiator);
        Assert.False(punch.Connection!.IsRelayed);
        Assert.True(await host.PingAsync(way.PeerId!.Value, Cancel) > TimeSpan.Zero);
    }

    [Fact]
    public async Task We_lead_js_libp2p_out_of_the_relay()
    {
        await using var relay = await StartAsync(isRelay: true);
        await using var host = await StartAsync();
        // It listens nowhere: what comes of it can only be its call, at the moment we say.
        await using var js = await JsPeer.StartAsync(new JsonObject { ["security"] = "noise", ["dcutr"] = "punch", ["listen"] = new JsonArray() }, isReached: false);
        var ended = Ended(host);
        var reservation = await host.ReserveAsync(await host.ConnectAsync(relay.Addresses[0], Cancel), Cancel);

        var way = reservation.Addresses[0].WithPeer(host.PeerId).ToString();
        Assert.Equal(host.PeerId.ToString(), (string?)await js.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = way }));
        await UntilAsync("our word that it is over", () => !ended.IsEmpty);
        var punch = Assert.Single(ended);
        Assert.Equal((HolePunchOutcome.Punched, true), (punch.Outcome, punch.IsInitiator));
        Assert.False(punch.Connection!.IsDialler || punch.Connection.IsRelayed);
        Assert.True(await host.PingAsync(punch.Peer, Cancel) > TimeSpan.Zero);
        var theirs = (await js.AskAsync(new JsonObject { ["do"] = "connections", ["peer"] = host.PeerId.ToString() }))!.AsArray();
        Assert.Contains(theirs, address => !((string)address!).Contains("p2p-circuit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Js_libp2p_calls_us_when_we_can_be_called()
    {
        await using var relay = await StartAsync(isRelay: true);
        await using var host = await StartAsync();
        await using var js = await JsPeer.StartAsync(new JsonObject { ["security"] = "noise", ["dcutr"] = "plain", ["listen"] = new JsonArray($"{relay.Addresses[0]}/p2p-circuit") });
        var way = (await ThroughAsync(js))!;
        await host.ConnectAsync(way, Cancel);
        await UntilAsync("js-libp2p's call, and the end of the relayed connection", () => host.Connections.Where(connection => connection.Peer == way.PeerId).ToArray() is [{ IsRelayed: false }]);
    }

    private static async Task<Libp2pHost> StartAsync(bool isRelay = false)
    {
        var port = Ports.Free();
        var options = new Libp2pOptions
        {
            Identity = IdentityKey.Generate(),
            Listen = [Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}")],
            Announce = isRelay ? [] : [Multiaddr.Parse($"/dns4/localhost/tcp/{port}")],
            Relay = isRelay ? new RelayOptions() : null,
        };
        return await Libp2pHost.StartAsync(options, TimeProvider.System, NullLogger.Instance, Meters);
    }

    /// <summary>The way to js-libp2p through the relay, once it has a reservation.</summary>
    private static async Task<Multiaddr> ThroughAsync(JsPeer js)
    {
        Multiaddr? way = null;
        await UntilAsync("js-libp2p's reservation", async () =>
        {
            var addresses = (await js.AskAsync(new JsonObject { ["do"] = "addresses" }))!.AsArray();
            way = addresses.Select(address => Multiaddr.Parse((string)address!)).FirstOrDefault(address => address.IsCircuit);
            return way is not null;
        });
        return way!;
    }

    private static ConcurrentQueue<HolePunch> Ended(Libp2pHost host)
    {
        var ended = new ConcurrentQueue<HolePunch>();
        host.HolePunched += ended.Enqueue;
        return ended;
    }

    private static Task UntilAsync(string what, Func<bool> isThere) => UntilAsync(what, () => Task.FromResult(isThere()));

    private static async Task UntilAsync(string what, Func<Task<bool>> isThere)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isThere())
        {
            if (limit.IsCancellationRequested) Assert.Fail($"Did not come within 30 s: {what}.");
            await Task.Delay(20, Cancel); // between two polls of the condition
        }
    }
}
