namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A relay as a node knows it.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Zone">Its failure domain.</param>
/// <param name="Preferred">Whether the operator names it.</param>
/// <param name="Milliseconds">To it and back; null: it is not connected.</param>
/// <param name="ReservedUntil">Until when it puts callers through; null: it does not.</param>
/// <param name="Failure">Why it is of no use; null: it is of use.</param>
/// <param name="Address">Where it is connected.</param>
/// <param name="Load">How much of what it may carry is in use, percent.</param>
internal sealed record RelayResult(string Node, string Zone, bool Preferred, double? Milliseconds, DateTimeOffset? ReservedUntil, string? Failure, string? Address, int Load);
