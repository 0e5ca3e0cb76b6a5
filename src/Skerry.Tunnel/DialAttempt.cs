using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>One address of a node that was tried.</summary>
/// <param name="Address">Which.</param>
/// <param name="At">When it began.</param>
/// <param name="Took">How long until it was reached or given up.</param>
/// <param name="Failure">Why it was not reached; null: it was.</param>
public sealed record DialAttempt(Multiaddr Address, DateTimeOffset At, TimeSpan Took, string? Failure);
