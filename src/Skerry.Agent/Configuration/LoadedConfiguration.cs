using System.Collections.Immutable;

namespace Skerry.Agent.Configuration;

/// <summary>A configuration that passed every check.</summary>
/// <param name="Model">What it says.</param>
/// <param name="GossipKeys">The keys gossip is encrypted with, the one to send with first; empty: none.</param>
/// <param name="Mesh">Who this node is in the mesh, and whom it believes.</param>
/// <param name="Text">The file's text, to notice a change.</param>
internal sealed record LoadedConfiguration(AgentConfiguration Model, ImmutableArray<ReadOnlyMemory<byte>> GossipKeys, MeshSecrets Mesh, string Text);
