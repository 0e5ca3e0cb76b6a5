namespace Skerry.Catalog;

/// <summary>What membership says of a node, told to the catalog by the agent.</summary>
public enum NodeLiveness
{
    /// <summary>Answers.</summary>
    Alive,

    /// <summary>Failed: its records stay, and count as critical.</summary>
    Failed,

    /// <summary>Left or reaped: its records go.</summary>
    Gone,
}
