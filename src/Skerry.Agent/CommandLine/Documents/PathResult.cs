namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A connection of the tunnel.</summary>
/// <param name="Node">The node at the other end; null: it has not said.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Path"><c>direct</c> or <c>relayed</c>.</param>
/// <param name="Address">Where.</param>
/// <param name="Dialled">Whether this node dialled.</param>
/// <param name="Security">What protects it.</param>
/// <param name="Milliseconds">To the other end and back; 0: not measured yet.</param>
/// <param name="Sessions">Sessions that ride it.</param>
internal sealed record PathResult(string? Node, string Peer, string Path, string Address, bool Dialled, string Security, double Milliseconds, int Sessions);
