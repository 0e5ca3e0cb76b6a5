using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;
using Skerry.Libp2p.Tests;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>Skerry's host and js-libp2p ask each other whether they are reached: js-libp2p 2 by AutoNAT's version 1, js-libp2p 3 by version 2.</summary>
public sealed class JsAutonatTests
{
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Js_libp2p_hears_from_us_where_it_is_reached_and_where_not()
    {
        await using var host = await StartAsync();
        await using var js = await JsPeer.StartAsync(new JsonObject { ["security"] = "noise", ["autonat"] = true });
        await js.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = host.Addresses[0].ToString() });
        Assert.Equal((1, 0), await UntilAnsweredAsync(js, host, Multiaddr.Parse(js.Address).WithoutPeer()));
        Assert.Equal((0, 1), await UntilAnsweredAsync(js, host, Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{Ports.Closed}")));
        // Somebody else's address: we do not call, and it learns nothing.
        Assert.Equal((0, 0), await ProbeAsync(js, host, Multiaddr.Parse("/ip4/127.0.0.2/tcp/1")));
    }

    [Fact]
    public async Task Js_libp2p_3_hears_from_us_where_it_is_reached_and_where_not()
    {
        await using var host = await StartAsync();
        await using var js = await JsPeer.StartAsync(new JsonObject { ["security"] = "noise", ["autonat"] = true }, version: 3);
        await js.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = host.Addresses[0].ToString() });
        Assert.Equal((1, 0, true), await Probe2Async(js, host, Multiaddr.Parse(js.Address).WithoutPeer()));
        Assert.Equal((0, 1, false), await Probe2Async(js, host, Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{Ports.Closed}")));
        // Somebody else's address, and no public one: we do not call, and it learns nothing.
        Assert.Equal((0, 0, false), await Probe2Async(js, host, Multiaddr.Parse("/ip4/127.0.0.2/tcp/1")));
    }

    [Theory]
    [InlineData(2, "/libp2p/autonat/1.0.0")]
    [InlineData(3, "/libp2p/autonat/2/dial-request")]
    public async Task Js_libp2p_calls_nobody_on_loopback_and_we_conclude_nothing_from_that(int version, string protocol)
    {
        await using var js = await JsPeer.StartAsync(new JsonObject { ["security"] = "noise", ["autonat"] = true }, version: version);
        await using var host = await StartAsync();
        var peer = await host.ConnectAsync(Multiaddr.Parse(js.Address), Cancel);
        Assert.Contains(protocol, (await host.GetInfoAsync(peer, Cancel)).Protocols);
        Assert.Equal(Reachability.Unknown, await host.ProbeAsync(Cancel));
        Assert.Equal((0, 0), host.AddressReachability.Select(one => (one.Reached, one.Unreached)).Single());
        Assert.True(await host.PingAsync(peer, Cancel) > TimeSpan.Zero);
    }

    /// <summary>js-libp2p gives a question up in silence when the machine is slow: it is asked again.</summary>
    private static async Task<(int Success, int Failure)> UntilAnsweredAsync(JsPeer js, Libp2pHost host, Multiaddr address)
    {
        var answer = (0, 0);
        for (var asked = 0; asked < 5 && answer == (0, 0); asked++) answer = await ProbeAsync(js, host, address);
        return answer;
    }

    private static async Task<(int Success, int Failure, bool IsBrought)> Probe2Async(JsPeer js, Libp2pHost host, Multiaddr address)
    {
        var results = (await js.AskAsync(new JsonObject { ["do"] = "probe", ["peer"] = host.PeerId.ToString(), ["address"] = address.ToString() }))!;
        return ((int)results["success"]!, (int)results["failure"]!, (bool)results["brought"]!);
    }

    private static async Task<(int Success, int Failure)> ProbeAsync(JsPeer js, Libp2pHost host, Multiaddr address)
    {
        var results = (await js.AskAsync(new JsonObject { ["do"] = "probe", ["peer"] = host.PeerId.ToString(), ["address"] = address.ToString() }))!;
        return ((int)results["success"]!, (int)results["failure"]!);
    }

    private static Task<Libp2pHost> StartAsync() => Libp2pHost.StartAsync(
        new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], Autonat = new AutonatOptions { Interval = TimeSpan.Zero } },
        TimeProvider.System,
        NullLogger.Instance,
        Meters);
}
