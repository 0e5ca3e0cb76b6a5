namespace Skerry.Libp2p;

/// <summary>One try to make a direct connection of a relayed one, now over (libp2p relay/DCUtR.md).</summary>
/// <param name="Peer">With whom.</param>
/// <param name="IsInitiator">
/// Whether this side led: the one that was called through the relay does, and its try is all attempts together. The other side's is one attempt.
/// </param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Attempts">How often both called at once, or were about to.</param>
/// <param name="Took">From the beginning to the outcome.</param>
/// <param name="Connection">The direct connection; null when there is none.</param>
public sealed record HolePunch(PeerId Peer, bool IsInitiator, HolePunchOutcome Outcome, int Attempts, TimeSpan Took, PeerConnection? Connection);
