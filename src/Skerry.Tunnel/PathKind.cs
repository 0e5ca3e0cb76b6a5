namespace Skerry.Tunnel;

/// <summary>How bytes get to a node.</summary>
public enum PathKind
{
    /// <summary>No path at this moment.</summary>
    None,

    /// <summary>From node to node.</summary>
    Direct,

    /// <summary>Through a relay, which moves what only the two ends can read.</summary>
    Relayed,
}
