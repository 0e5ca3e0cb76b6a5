namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A member as <c>skerry members</c> prints it.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Address">Its gossip address.</param>
/// <param name="Status">alive, leaving, left or failed.</param>
/// <param name="Tags">What it says of itself.</param>
internal sealed record MemberResult(string Name, string Address, string Status, SortedDictionary<string, string> Tags);
