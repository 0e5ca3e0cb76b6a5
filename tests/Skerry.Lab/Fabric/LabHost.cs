using System.Net;
using System.Net.Sockets;

namespace Skerry.Lab.Fabric;

/// <summary>A machine of a lab: it has a network of its own and shares everything else with the one that runs the tests.</summary>
internal sealed class LabHost(string name, NetworkNamespace network) : IDisposable
{
    public string Name => name;

    public NetworkNamespace Network => network;

    /// <summary>The LAN it is in.</summary>
    public LabSite Site { get; private set; } = null!;

    /// <summary>Its address there.</summary>
    public IPAddress Address { get; private set; } = IPAddress.None;

    /// <summary>The address the world sees it under, if its site's gateway stands in the world.</summary>
    public IPAddress PublicAddress => Site.Plan.Nat == NatKind.None ? Address : Site.Outside;

    /// <summary>A socket of this machine.</summary>
    public Socket NewSocket(SocketType type, ProtocolType protocol) => network.Run(() => new Socket(AddressFamily.InterNetwork, type, protocol));

    /// <summary>Cuts this host off from everything outside its LAN, or from one address there.</summary>
    public Task<Cut> CutAsync(CutDirection direction = CutDirection.Both, IPAddress? from = null)
    {
        var rules = new List<(string, string)>();
        if (direction.HasFlag(CutDirection.In)) rules.Add(("leaving", $"oifname \"lan\" ip daddr {Address}" + (from is null ? "" : $" ip saddr {from}")));
        if (direction.HasFlag(CutDirection.Out)) rules.Add(("arriving", $"iifname \"lan\" ip saddr {Address}" + (from is null ? "" : $" ip daddr {from}")));
        return Cut.MakeAsync(Site.Gateway, rules);
    }

    /// <summary>Takes it to another LAN: another address, another way out; its processes run on.</summary>
    public async Task MoveAsync(LabSite site)
    {
        if (Site is not null)
        {
            await network.IpAsync("link del eth0");
            Site.Leave(this);
        }

        Address = await site.PlugAsync(network, "eth0");
        Site = site;
        site.Enter(this);
    }

    public void Dispose() => network.Dispose();

    public override string ToString() => $"{name} ({Address} in {Site?.Name})";
}
