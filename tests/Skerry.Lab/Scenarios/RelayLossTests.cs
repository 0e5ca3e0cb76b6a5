using System.Diagnostics;

using Skerry.Lab.Fabric;

namespace Skerry.Lab.Scenarios;

/// <summary>
/// Traffic flows through a relay, and that relay is lost in every way there is. The session must live on; how long it stood still is measured.
/// </summary>
public sealed class RelayLossTests
{
    /// <summary>What a session may stand still, far above what is meant, for a machine with other work.</summary>
    private static readonly TimeSpan MostStandstill = TimeSpan.FromSeconds(20);

    [Fact]
    public Task A_relay_that_is_killed_is_left_at_once() => LoseAsync("relay killed with -9", async (sites, relay) =>
    {
        await sites.Mesh[relay].KillAsync();
        return null;
    });

    [Fact]
    public Task A_relay_that_falls_silent_is_left() => LoseAsync("relay silent", async (sites, relay) => await sites.Lab[relay].Site.CutAsync());

    [Fact]
    public Task A_relay_that_the_caller_alone_cannot_reach_is_left() => LoseAsync(
        "relay cut from the caller's side", async (sites, relay) => await sites.Lab[relay].Site.CutFromAsync(sites.Lab["shop"].PublicAddress));

    [Fact]
    public Task A_relay_that_the_called_node_alone_cannot_reach_is_left() => LoseAsync(
        "relay cut from the called side", async (sites, relay) => await sites.Lab[relay].Site.CutFromAsync(sites.Lab["works"].PublicAddress));

    [Fact]
    public async Task When_all_relays_are_gone_and_come_back_so_does_the_traffic()
    {
        await using var sites = await TwoSites.StartAsync();
        await sites.FlowAsync();
        await Task.WhenAll(sites.Mesh["first"].KillAsync(), sites.Mesh["second"].KillAsync());
        await sites.Shop.UntilAsync(async () => (await sites.Shop.FiguresAsync()).LongestMilliseconds > 3000, "the traffic to stand still");
        var back = Stopwatch.GetTimestamp();
        await Task.WhenAll(sites.Mesh.RunAsync("first"), sites.Mesh.RunAsync("second"));
        await sites.MarkAsync();
        await sites.UntilMovingAsync(1);
        Report.Add("all relays killed, then back", $"traffic again after {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s; {(await sites.NoticedAsync()).Text}");
    }

    /// <summary>Loses the relay that the traffic takes, and waits until it goes on over the other.</summary>
    private static async Task LoseAsync(string how, Func<TwoSites, string, Task<Cut?>> loseAsync)
    {
        await using var sites = await TwoSites.StartAsync();
        await sites.FlowAsync();
        var relay = await sites.RelayInUseAsync();
        await sites.MarkAsync();
        var cut = await loseAsync(sites, relay);
        await sites.UntilRelayAsync(now => now != relay, $"another relay than {relay} to be in use");
        await sites.UntilMovingAsync((await sites.Shop.FiguresAsync()).Exchanges + 20);
        var (figures, text) = await sites.NoticedAsync();
        Report.Add(how, text);
        Assert.True(figures.Broken == 0, figures.LastError);
        Assert.InRange(TimeSpan.FromMilliseconds(figures.LongestMilliseconds), TimeSpan.Zero, MostStandstill);
        if (cut is not null) await cut.DisposeAsync();
    }
}
