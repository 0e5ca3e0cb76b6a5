using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Core.Reachability;

/// <summary>
/// Which addresses are worth a dial when it is others who name them. A stranger must not make this node knock at doors in its own network or on its own
/// machine, so an address that is not public is dialled only by a node that has one of the same kind itself: 10.0.0.0/8 to 10.0.0.0/8, loopback to loopback.
/// Kinds and not subnets are compared, since sites route between their subnets. A name counts as what it is looked up to be.
/// </summary>
internal static class Candidates
{
    /// <summary>As many addresses of one peer are dialled at once.</summary>
    public const int Max = 8;

    /// <summary>From where an address is reached; null when it begins with no IP address and TCP port.</summary>
    public static AddressScope? ScopeOf(Multiaddr address) =>
        !address.IsCircuit && address.TryGetTcp(out var endPoint) && endPoint is IPEndPoint ip ? ip.Port == 0 ? AddressScope.None : ScopeOf(ip.Address) : null;

    public static AddressScope ScopeOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return AddressScope.Loopback;
        return address.AddressFamily == AddressFamily.InterNetwork ? ScopeOfV4(address.GetAddressBytes()) : ScopeOfV6(address);
    }

    /// <summary>The plain TCP addresses of a peer that this node should dial, each once, as many as <see cref="Max"/>, the public ones first.</summary>
    /// <param name="named">As the peer names them.</param>
    /// <param name="own">This node's own addresses, observed ones among them.</param>
    public static IReadOnlyList<Multiaddr> Choose(IEnumerable<Multiaddr> named, IEnumerable<Multiaddr> own)
    {
        var scopes = own.Select(ScopeOf).ToHashSet();
        return [.. named
            .Select(address => (Address: address.WithoutPeer(), Scope: ScopeOf(address)))
            .Where(one => one.Address.Parts.Count == 2)
            .Where(one => one.Scope is AddressScope.Public || (one.Scope is { } scope and not AddressScope.None && scopes.Contains(scope)))
            .OrderBy(one => one.Scope is AddressScope.Public ? 0 : 1)
            .Select(one => one.Address)
            .Distinct()
            .Take(Max)];
    }

    private static AddressScope ScopeOfV4(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0, ..] or [169, 254, ..] or [>= 224, ..] => AddressScope.None,
        [10, ..] => AddressScope.Private10,
        [172, >= 16 and <= 31, ..] => AddressScope.Private172,
        [192, 168, ..] => AddressScope.Private192,
        [100, >= 64 and <= 127, ..] => AddressScope.Carrier,
        _ => AddressScope.Public,
    };

    private static AddressScope ScopeOfV6(IPAddress address)
    {
        if (address.IsIPv6Multicast || address.IsIPv6LinkLocal || address.Equals(IPAddress.IPv6Any)) return AddressScope.None;
        return address.IsIPv6UniqueLocal ? AddressScope.UniqueLocal : AddressScope.Public;
    }
}
