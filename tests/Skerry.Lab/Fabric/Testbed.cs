using System.Net;

using Skerry.Lab.Routing;

namespace Skerry.Lab.Fabric;

/// <summary>
/// Machines in LANs behind gateways, their gateways joined by a router that makes the ways between them slow, narrow or lossy. All of it is there when it has
/// started and gone when it is disposed, or when this process ends in any way.
/// </summary>
internal sealed class Testbed : IAsyncDisposable
{
    private readonly LabMap _map;
    private readonly Router _router;
    private readonly Dictionary<string, LabSite> _sites = [];
    private readonly Dictionary<string, LabHost> _hosts = [];

    private Testbed(LabMap map)
    {
        _map = map;
        _router = new Router(map.Seed);
        foreach (var (one, other, delay) in map.Delays) SetDelay(one, other, delay);
    }

    /// <summary>The machine of that name.</summary>
    public LabHost this[string host] => _hosts[host];

    /// <summary>All machines.</summary>
    public IReadOnlyCollection<LabHost> Hosts => _hosts.Values;

    /// <summary>Makes what the map shows. Skips the test where no lab can be made.</summary>
    public static async Task<Testbed> StartAsync(LabMap map)
    {
        if (Requirements.Missing is { } missing) Assert.Skip(missing);
        var lab = new Testbed(map);
        try
        {
            foreach (var plan in map.Sites) await lab.AddSiteAsync(plan);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>The site of that name.</summary>
    public LabSite Site(string name) => _sites[name];

    /// <summary>Changes the one-way delay between two regions, both directions.</summary>
    public void SetDelay(string one, string other, TimeSpan delay) => SetWay(one, other, new Conditions { Delay = delay });

    /// <summary>Changes the way between two regions, both directions.</summary>
    public void SetWay(string one, string other, Conditions conditions) => _router.SetWay(one, other, conditions);

    /// <summary>Changes a site's line.</summary>
    public void SetLine(string site, Conditions up, Conditions down) => _router.SetLine(_sites[site].Port!.Value, up, down);

    public ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values) host.Dispose();
        foreach (var site in _sites.Values) site.Gateway.Dispose();
        _router.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AddSiteAsync(SitePlan plan)
    {
        var number = _sites.Count;
        var isCarrier = _map.Sites.Any(other => other.Behind == plan.Name);
        var lan = Addresses.Lan(plan, number, isCarrier);
        var gateway = NewMachine($"{plan.Name}'s gateway");
        var site = plan.Behind is { } outer
            ? new LabSite(plan, gateway, lan, await _sites[outer].PlugAsync(gateway, "wan"))
            : new LabSite(plan, gateway, lan, Addresses.Public(number)) { Port = await AddLineAsync(plan, gateway, Addresses.Public(number)) };
        _sites.Add(plan.Name, site);
        gateway.SetSwitch("ipv4/ip_forward", "1");
        await gateway.IpAsync("link add lan type bridge", $"addr add {lan}/24 dev lan", "link set lan up");
        await gateway.RunToolAsync("nft", Cut.Table + (plan.Nat == NatKind.None ? "" : NatRules.For(plan.Nat, lan)), "-f", "-");
        // The switch is there when a rule has asked for the tracking of connections.
        if (plan.Nat != NatKind.None) gateway.SetSwitch("netfilter/nf_conntrack_tcp_be_liberal", plan.ChecksSequence ? "0" : "1");
        foreach (var name in plan.Hosts)
        {
            var host = new LabHost(name, NewMachine(name));
            _hosts.Add(name, host);
            await host.Network.IpAsync("link set lo up");
            await host.MoveAsync(site);
        }
    }

    private async Task<int> AddLineAsync(SitePlan plan, NetworkNamespace gateway, IPAddress address)
    {
        var port = _router.Attach(gateway.MakeTun("wan"), plan.Region, address);
        _router.SetLine(port, plan.Up, plan.Down);
        await gateway.IpAsync("link set lo up", $"addr add {address}/32 dev wan", "link set wan up", "route add default dev wan");
        return port;
    }

    /// <summary>IPv6 is off: the router carries none, and a link that still tests its address is not ready.</summary>
    private static NetworkNamespace NewMachine(string name)
    {
        var machine = new NetworkNamespace(name);
        if (!Directory.Exists("/proc/sys/net/ipv6")) return machine;
        machine.SetSwitch("ipv6/conf/all/disable_ipv6", "1");
        machine.SetSwitch("ipv6/conf/default/disable_ipv6", "1");
        return machine;
    }
}
