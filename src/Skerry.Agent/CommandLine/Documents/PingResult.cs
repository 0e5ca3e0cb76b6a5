namespace Skerry.Agent.CommandLine.Documents;

/// <summary>One round trip to a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Milliseconds">How long.</param>
/// <param name="Path"><c>direct</c> or <c>relayed</c>.</param>
/// <param name="Address">Over which connection.</param>
internal sealed record PingResult(string Node, double Milliseconds, string Path, string Address);
