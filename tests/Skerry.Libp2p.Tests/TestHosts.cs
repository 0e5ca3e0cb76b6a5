using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Skerry.Libp2p.Tests;

/// <summary>Hosts on loopback, and waiting for what they come to.</summary>
internal static class TestHosts
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static readonly ConcurrentDictionary<string, ConcurrentBag<Libp2pHost>> Started = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions>? change = null)
    {
        var options = new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };
        return BeginAsync(change?.Invoke(options) ?? options);
    }

    /// <summary>Starts a host that is stopped after the test, if it is not before, and then has to have given back everything.</summary>
    public static async Task<Libp2pHost> BeginAsync(Libp2pOptions options)
    {
        var host = await Libp2pHost.StartAsync(options, TimeProvider.System, NullLogger.Instance, Meters);
        if (TestContext.Current.Test is { } test) Started.GetOrAdd(test.UniqueID, _ => []).Add(host);
        return host;
    }

    /// <summary>Stops the hosts of a test, and looks what is left of them.</summary>
    public static async Task EndAsync(string test)
    {
        if (!Started.TryRemove(test, out var hosts)) return;
        foreach (var host in hosts) await host.DisposeAsync();
        foreach (var host in hosts) await AssertEverythingGivenBackAsync(host);
    }

    /// <summary>Nobody is connected, and nothing that peers held of the host is left: of connections, streams, buffers and memory.</summary>
    public static async Task AssertEverythingGivenBackAsync(Libp2pHost host)
    {
        var ledger = host.Ledger;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (host is not { Handshakes: 0, Places: 0, Connections.Count: 0 } || ledger is not { Peers: 0, Streams: 0, Buffers: 0, Memory: 0 })
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"Left after 30 s: {host.Handshakes} handshakes, {host.Places} places, {host.Connections.Count} connections, {ledger.Peers} peers, {ledger.Streams} streams, "
                    + $"{ledger.Buffers} buffers, {ledger.Memory} bytes.");
            }

            await Task.Delay(5); // between two polls of the condition
        }
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
