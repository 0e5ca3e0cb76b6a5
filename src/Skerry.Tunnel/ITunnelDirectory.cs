namespace Skerry.Tunnel;

/// <summary>What the mesh says of its nodes; the agent gives the adapter.</summary>
public interface ITunnelDirectory
{
    /// <summary>Nodes that say they are relays, in ordinal order of their names.</summary>
    IReadOnlyList<NodeRoutes> Relays { get; }

    /// <summary>What is known of a node; null: nothing.</summary>
    NodeRoutes? Find(string node);

    /// <summary>
    /// Whether membership knows that a node is dead: then nobody waits for it. False for one that merely cannot be heard, since its site is cut off, or this one.
    /// <see cref="TunnelNode.DirectoryChanged"/> is to be called when it changes.
    /// </summary>
    bool IsDead(string node);
}
