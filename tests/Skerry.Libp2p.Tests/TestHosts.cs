using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Skerry.Libp2p.Tests;

/// <summary>Hosts on loopback, and waiting for what they come to.</summary>
internal static class TestHosts
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions>? change = null)
    {
        var options = new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };
        return Libp2pHost.StartAsync(change?.Invoke(options) ?? options, TimeProvider.System, NullLogger.Instance, Meters);
    }

    /// <summary>Reserves at a relay.</summary>
    /// <returns>The way to the host through the relay.</returns>
    public static async Task<Multiaddr> ReserveAsync(Libp2pHost host, Libp2pHost relay)
    {
        var reservation = await host.ReserveAsync(await host.ConnectAsync(relay.Addresses[0], Cancel), Cancel);
        return reservation.Addresses[0].WithPeer(host.PeerId);
    }

    /// <param name="what">What did not come, should it not.</param>
    /// <param name="isThere">Asked until it is.</param>
    public static async Task UntilAsync(string what, Func<bool> isThere)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isThere())
        {
            if (limit.IsCancellationRequested) Assert.Fail($"Did not come within 30 s: {what}.");
            await Task.Delay(5, Cancel); // between two polls of the condition
        }
    }
}
