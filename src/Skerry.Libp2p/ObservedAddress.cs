namespace Skerry.Libp2p;

/// <summary>Where others say they see this node.</summary>
/// <param name="Address">TCP over an IP address.</param>
/// <param name="Observers">How many see it there, counting those with the same IP address once.</param>
/// <param name="IsBelieved">Whether that is enough, or one of them is trusted: then peers are told.</param>
public sealed record ObservedAddress(Multiaddr Address, int Observers, bool IsBelieved);
