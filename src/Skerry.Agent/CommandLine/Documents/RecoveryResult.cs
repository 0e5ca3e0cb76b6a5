namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What becomes of a group that one node brings back alone.</summary>
/// <param name="Done">Whether it was done.</param>
/// <param name="Node">The node.</param>
/// <param name="Index">The last entry of its log, which becomes valid.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Agreed">Up to where the node knows the log to be agreed on.</param>
/// <param name="Lost">Servers that are given up.</param>
/// <param name="Others">Nodes of the old group that are there, and must begin anew.</param>
internal sealed record RecoveryResult(bool Done, string Node, ulong Index, ulong Term, ulong Agreed, string[] Lost, string[] Others);
