using Skerry.Libp2p;

namespace Skerry.Tunnel.Core.Dial;

/// <summary>One address to try.</summary>
/// <param name="Address">Which.</param>
/// <param name="After">How long after the first.</param>
internal readonly record struct DialStep(Multiaddr Address, TimeSpan After);
