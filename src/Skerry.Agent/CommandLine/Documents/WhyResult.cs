namespace Skerry.Agent.CommandLine.Documents;

/// <summary>How a node would be reached.</summary>
/// <param name="Node">The node.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Path">The connection in use; null: there is none.</param>
/// <param name="Addresses">Where it is said to be.</param>
/// <param name="Attempts">What was tried lately, the newest first.</param>
internal sealed record WhyResult(string Node, string Peer, PathResult? Path, string[] Addresses, AttemptResult[] Attempts);
