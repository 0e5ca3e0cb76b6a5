using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>A relay as this node knows it.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Zone">Its failure domain.</param>
/// <param name="IsPreferred">Whether the operator names it.</param>
/// <param name="RoundTrip">To it and back; null: it does not answer.</param>
/// <param name="Reservation">Until when it puts callers through to this node; null: it does not.</param>
/// <param name="Failure">Why it is of no use; null: it is of use.</param>
/// <param name="Address">Where it is connected; null: it is not.</param>
/// <param name="Load">How much of what it may carry is in use, as it says: 0 to 100 percent.</param>
public sealed record RelayStatus(
    string Node, string Zone, bool IsPreferred, TimeSpan? RoundTrip, DateTimeOffset? Reservation, string? Failure, Multiaddr? Address, int Load = 0);
