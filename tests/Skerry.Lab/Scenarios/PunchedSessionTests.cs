using System.Diagnostics;

using Skerry.Lab.Fabric;
using Skerry.Lab.Tunnels;

namespace Skerry.Lab.Scenarios;

/// <summary>Both sites are behind NATs that can be brought through: a session begins over a relay and is on the direct path a moment later, and its users do not notice.</summary>
public sealed class PunchedSessionTests
{
    [Fact]
    public async Task A_live_session_moves_from_its_relay_to_the_direct_path_when_a_hole_is_punched()
    {
        await using var sites = await TwoSites.StartAsync(
            new LabMap([
                new SitePlan("shop", "east", NatKind.PortRestricted, "shop"),
                new SitePlan("works", "west", NatKind.PortRestricted, "works"),
                new SitePlan("first", "middle", NatKind.None, "first"),
                new SitePlan("second", "middle", NatKind.None, "second"),
            ])
            {
                Delays = [TwoSites.Way("east", "middle", 40), TwoSites.Way("west", "middle", 40), TwoSites.Way("east", "west", 15), TwoSites.Way("middle", "middle", 1)],
            },
            "first",
            "second");
        await sites.StartEndsAsync();
        var start = Stopwatch.GetTimestamp();
        await sites.LoadAsync();
        TunnelAnswer status = new();
        await sites.Shop.UntilAsync(
            async () => (status = await sites.Shop.StatusAsync("works")).Ridden is { Count: > 0 } ridden && ridden.All(path => !IsRelayed(path)), "the sessions to ride the direct path alone");
        var moved = Stopwatch.GetElapsedTime(start);
        Assert.Equal("Relayed", status.Begun);

        var (before, _) = await sites.NoticedAsync();
        await sites.MarkAsync();
        await sites.UntilMovingAsync(20);
        var (after, text) = await sites.NoticedAsync();
        Assert.DoesNotContain((await sites.Shop.StatusAsync("works")).Ridden, IsRelayed);
        Assert.True(before.Broken + before.Failed + after.Broken + after.Failed == 0, before.LastError ?? after.LastError);
        Report.Add("session leaves its relay", $"direct {moved.TotalMilliseconds:0} ms after it was asked for, stood still {before.LongestMilliseconds:0} ms meanwhile; then {text}");
    }

    private static bool IsRelayed(string path) => path.Contains("/p2p-circuit", StringComparison.Ordinal);
}
