using Skerry.Lab.Fabric;
using Skerry.Lab.Load;
using Skerry.Lab.Tunnels;

namespace Skerry.Lab.Scenarios;

/// <summary>
/// What most scenarios need: <c>shop</c> and <c>works</c> behind symmetric NATs, so that only relays connect them, public hosts that may be relays, and traffic
/// from the shop to the works.
/// </summary>
internal sealed class TwoSites : IAsyncDisposable
{
    private readonly string[] _relays;

    private TwoSites(Testbed lab, string[] relays, TimeSpan resumeTimeout)
    {
        (Lab, _relays) = (lab, relays);
        Mesh = new Mesh(lab) { ResumeTimeout = resumeTimeout };
    }

    public Testbed Lab { get; }

    public Mesh Mesh { get; }

    /// <summary>From here the traffic starts.</summary>
    public TunnelProcess Shop => Mesh["shop"];

    /// <summary>Two sites and two relays between them, 24 to 28 ms of round trip from each; the relays run.</summary>
    /// <param name="resumeTimeout">How long sessions may be without a path.</param>
    /// <param name="more">Further sites.</param>
    public static async Task<TwoSites> StartAsync(TimeSpan? resumeTimeout = null, params SitePlan[] more)
    {
        var map = new LabMap([
            new SitePlan("shop", "east", NatKind.Symmetric, "shop"),
            new SitePlan("works", "west", NatKind.Symmetric, "works", "depot"),
            new SitePlan("first", "middle", NatKind.None, "first"),
            new SitePlan("second", "middle", NatKind.None, "second"),
            .. more])
        {
            Delays = [Way("east", "middle", 12), Way("west", "middle", 14), Way("east", "west", 26), Way("middle", "middle", 1)],
        };
        var sites = new TwoSites(await Testbed.StartAsync(map), ["first", "second"], resumeTimeout ?? TimeSpan.FromSeconds(30));
        await Task.WhenAll(sites.Mesh.StartRelayAsync("first"), sites.Mesh.StartRelayAsync("second"));
        return sites;
    }

    /// <summary>The same on a map of the test's own, with relays at these hosts.</summary>
    public static async Task<TwoSites> StartAsync(LabMap map, params string[] relays)
    {
        var sites = new TwoSites(await Testbed.StartAsync(map), relays, TimeSpan.FromSeconds(30));
        await Task.WhenAll(relays.Select(sites.Mesh.StartRelayAsync));
        return sites;
    }

    public static (string, string, TimeSpan) Way(string one, string other, double milliseconds) => (one, other, TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Starts both nodes, waits until each has its places at relays, and lets traffic flow.</summary>
    public async Task FlowAsync()
    {
        await StartEndsAsync();
        await LoadAsync();
        await UntilMovingAsync(20);
    }

    /// <summary>Starts both nodes, and waits until each has its places at relays.</summary>
    public async Task StartEndsAsync()
    {
        await Task.WhenAll(Mesh.StartAsync("works", _relays), Mesh.StartAsync("shop", _relays));
        await Task.WhenAll(UntilReservedAsync("works"), UntilReservedAsync("shop"));
    }

    /// <summary>Begins the traffic.</summary>
    public Task LoadAsync() => Shop.AskAsync(new TunnelRequest { Do = "load", Node = "works" });

    public Task UntilReservedAsync(string node) => Mesh[node].UntilAsync(
        async () => (await Mesh[node].StatusAsync("")).Reservations.Count == Math.Min(2, _relays.Length), $"{node} to hold its places at relays");

    /// <summary>Counts from here.</summary>
    public Task MarkAsync() => Shop.AskAsync(new TunnelRequest { Do = "mark" });

    /// <summary>Waits for so many messages, and one request, since the mark.</summary>
    public Task UntilMovingAsync(int exchanges) => Shop.UntilAsync(
        async () => await Shop.FiguresAsync() is var figures && figures.Exchanges >= exchanges && figures.Requests > 0, "traffic to go on");

    /// <summary>The relay that carries the traffic; empty: none at this moment.</summary>
    public async Task<string> RelayInUseAsync()
    {
        var paths = (await Shop.StatusAsync("works")).Paths;
        return _relays.FirstOrDefault(relay => paths is [var best, ..] && best.StartsWith(Mesh.Named(relay).Addresses[0] + "/", StringComparison.Ordinal)) ?? "";
    }

    public Task UntilRelayAsync(Func<string, bool> isIt, string what) =>
        Shop.UntilAsync(async () => await RelayInUseAsync() is { Length: > 0 } now && isIt(now), what);

    /// <summary>What the users of the traffic have noticed since the mark, for the report.</summary>
    public async Task<(TrafficFigures Figures, string Text)> NoticedAsync()
    {
        var figures = await Shop.FiguresAsync();
        return (figures, figures.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        await Lab.DisposeAsync();
    }
}
