using System.Net;

namespace Skerry.Lab.Fabric;

/// <summary>
/// Who has which address. Public ones look public (11.0.0.0/8), so that nothing takes them for a LAN's; every LAN behind a NAT is the same 192.168.1.0/24, as in
/// the world, so that a private address tried from the wrong site meets the wrong host. A NAT that others stand behind has a carrier's 100.64.0.0/24 inside.
/// </summary>
internal static class Addresses
{
    /// <summary>Hosts of one LAN.</summary>
    public const int MostHosts = 40;

    private const int FirstHost = 10;

    /// <summary>The public /24 of a site, named by its first address: the gateway's.</summary>
    public static IPAddress Public(int site) => new([11, (byte)(site >> 8), (byte)site, 1]);

    /// <summary>The LAN of a site, named by its gateway's address.</summary>
    public static IPAddress Lan(SitePlan plan, int site, bool isCarrier) =>
        plan.Nat == NatKind.None ? Public(site) : new IPAddress(isCarrier ? [100, 64, 0, 1] : [192, 168, 1, 1]);

    /// <summary>A host's address in a LAN, from 0.</summary>
    public static IPAddress Host(IPAddress lan, int index)
    {
        var bytes = lan.GetAddressBytes();
        bytes[3] = (byte)(FirstHost + index);
        return new IPAddress(bytes);
    }
}
