using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>js-libp2p at a relay of ours that is full, and says more than js-libp2p understands.</summary>
public sealed class JsRelayLoadTests
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Js_libp2p_reads_the_refusal_of_a_full_relay_past_the_relays_it_names_and_is_put_through_later()
    {
        var other = new PeerAddresses(IdentityKey.Generate().PeerId, [Multiaddr.Parse("/ip4/192.0.2.1/tcp/1")]);
        await using var relay = await StartAsync(new RelayOptions { MaxCircuits = 1, Others = _ => [other, other, other] });
        await using var hidden = await StartAsync();
        await using var caller = await StartAsync();
        await using var js = await JsPeer.StartAsync("noise");
        var reservation = await hidden.ReserveAsync(await hidden.ConnectAsync(relay.Addresses[0], Cancel), Cancel);
        var way = reservation.Addresses[0].WithPeer(hidden.PeerId);
        var circuit = await caller.DialAsync(way, Cancel);

        var dial = new JsonObject { ["do"] = "dial", ["address"] = way.ToString() };
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => js.AskAsync((JsonObject)dial.DeepClone()));
        Assert.Contains("RESOURCE_LIMIT_EXCEEDED", refused.Message, StringComparison.Ordinal);
        await caller.CloseAsync(circuit);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (relay.RelayLoad >= 1)
        {
            Assert.False(limit.IsCancellationRequested, "The circuit did not end.");
            await Task.Delay(20, Cancel); // between two polls of the condition
        }

        Assert.Equal(hidden.PeerId.ToString(), (string?)await js.AskAsync(dial));
    }

    private static Task<Libp2pHost> StartAsync(RelayOptions? relay = null) => Libp2pHost.StartAsync(
        new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], Relay = relay, HolePunching = false },
        TimeProvider.System, NullLogger.Instance, Meters);
}
