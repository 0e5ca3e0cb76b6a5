using System.Net;

namespace Skerry.Lab.Fabric;

/// <summary>A LAN and the gateway between it and the world.</summary>
internal sealed class LabSite(SitePlan plan, NetworkNamespace gateway, IPAddress lan, IPAddress outside)
{
    private readonly List<LabHost> _hosts = [];
    private int _cables;

    public SitePlan Plan => plan;

    public string Name => plan.Name;

    /// <summary>Where its addresses are translated and its cuts are made.</summary>
    public NetworkNamespace Gateway => gateway;

    /// <summary>The gateway's address inside.</summary>
    public IPAddress Lan => lan;

    /// <summary>The address the next gateway or the world sees; without NAT the hosts have their own.</summary>
    public IPAddress Outside => outside;

    /// <summary>The router's port of its line; null for a site behind another.</summary>
    public int? Port { get; init; }

    /// <summary>Who is in the LAN now.</summary>
    public IReadOnlyList<LabHost> Hosts => _hosts;

    /// <summary>Cuts the whole site off from the world; inside it goes on.</summary>
    public Task<Cut> CutAsync(CutDirection direction = CutDirection.Both) => Cut.MakeAsync(gateway, Rules(direction, "iifname \"wan\"", "oifname \"wan\""));

    /// <summary>Cuts the site off from one outside address.</summary>
    public Task<Cut> CutFromAsync(IPAddress other, CutDirection direction = CutDirection.Both) =>
        Cut.MakeAsync(gateway, Rules(direction, $"iifname \"wan\" ip saddr {other}", $"oifname \"wan\" ip daddr {other}"));

    /// <summary>Puts a machine into the LAN: a veth pair between its namespace and the gateway's bridge.</summary>
    /// <param name="machine">The namespace.</param>
    /// <param name="link">What the machine calls its end.</param>
    /// <returns>Its address.</returns>
    public async Task<IPAddress> PlugAsync(NetworkNamespace machine, string link)
    {
        var number = _cables++;
        var address = Addresses.Host(lan, number);
        await gateway.IpAsync($"link add p{number} type veth peer name {link} netns {machine.Path}", $"link set p{number} master lan up");
        await machine.IpAsync($"addr add {address}/24 dev {link}", $"link set {link} up", $"route add default via {lan}");
        return address;
    }

    internal void Enter(LabHost host) => _hosts.Add(host);

    internal void Leave(LabHost host) => _hosts.Remove(host);

    private static List<(string, string)> Rules(CutDirection direction, string arriving, string leaving)
    {
        var rules = new List<(string, string)>();
        if (direction.HasFlag(CutDirection.In)) rules.Add(("arriving", arriving));
        if (direction.HasFlag(CutDirection.Out)) rules.Add(("leaving", leaving));
        return rules;
    }
}
