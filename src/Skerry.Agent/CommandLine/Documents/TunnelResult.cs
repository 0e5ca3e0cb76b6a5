namespace Skerry.Agent.CommandLine.Documents;

/// <summary>The tunnel of a node, as <c>skerry tunnel</c> prints it and the API answers it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Listening">Where it listens.</param>
/// <param name="Announced">Where others are told that it is reached.</param>
/// <param name="Relay">Whether it carries traffic for others.</param>
/// <param name="Sessions">Sessions it carries.</param>
/// <param name="Relays">The relays it knows.</param>
/// <param name="Paths">Its connections.</param>
internal sealed record TunnelResult(string Node, string Peer, string[] Listening, string[] Announced, bool Relay, int Sessions, RelayResult[] Relays, PathResult[] Paths);
