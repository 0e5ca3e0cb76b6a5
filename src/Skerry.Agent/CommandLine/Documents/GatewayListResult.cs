namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What <c>skerry pipeline list</c> prints.</summary>
/// <param name="Revision">The revision of the newest change.</param>
/// <param name="Objects">All objects.</param>
/// <param name="Nodes">How the group's nodes follow.</param>
internal sealed record GatewayListResult(long Revision, GatewayObjectResult[] Objects, GatewayListResult.Node[] Nodes)
{
    /// <summary>How one node follows.</summary>
    /// <param name="Name">The node.</param>
    /// <param name="Alive">Whether membership holds it alive.</param>
    /// <param name="Revision">The newest change in effect on it; 0: it has said nothing.</param>
    /// <param name="Current">Whether that is the newest there is.</param>
    /// <param name="Faults">What it could not put into effect.</param>
    internal sealed record Node(string Name, bool Alive, long Revision, bool Current, string[] Faults);
}
