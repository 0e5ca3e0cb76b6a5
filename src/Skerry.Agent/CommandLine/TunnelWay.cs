using System.Diagnostics.CodeAnalysis;

using Skerry.Libp2p;

namespace Skerry.Agent.CommandLine;

/// <summary>Addresses of the tunnel for people: without peer ids, and of a way through a relay the relay's. Programs get them whole.</summary>
internal static class TunnelWay
{
    /// <summary><c>/ip4/192.0.2.1/tcp/20006</c>, or <c>through /ip4/198.51.100.7/tcp/20006</c>.</summary>
    public static string Describe(string address) => TrySplit(address, out var relay) ? "through " + relay.WithoutPeer() : Short(address);

    /// <summary>The address that is dialled: the node's own, or its relay's.</summary>
    public static string Dialled(string address) => TrySplit(address, out var relay) ? relay.WithoutPeer().ToString() : Short(address);

    /// <summary>The relay's peer id; null: there is none on the way.</summary>
    public static string? RelayOf(string address) => TrySplit(address, out var relay) ? relay.PeerId?.ToString() : null;

    private static string Short(string address) => Multiaddr.TryParse(address, out var parsed) ? parsed.WithoutPeer().ToString() : address;

    private static bool TrySplit(string address, [NotNullWhen(true)] out Multiaddr? relay)
    {
        relay = null;
        return Multiaddr.TryParse(address, out var parsed) && parsed.TrySplitCircuit(out relay, out _);
    }
}
