namespace Skerry.Tunnel;

/// <summary>What the mesh says of its nodes; the agent gives the adapter.</summary>
public interface ITunnelDirectory
{
    /// <summary>Nodes that say they are relays, in ordinal order of their names.</summary>
    IReadOnlyList<NodeRoutes> Relays { get; }

    /// <summary>What is known of a node; null: nothing.</summary>
    NodeRoutes? Find(string node);
}
