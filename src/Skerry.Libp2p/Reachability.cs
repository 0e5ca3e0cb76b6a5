namespace Skerry.Libp2p;

/// <summary>Whether others reach a node by calling it.</summary>
public enum Reachability
{
    /// <summary>Nobody has tried, or those who have do not agree.</summary>
    Unknown,

    /// <summary>They do.</summary>
    Public,

    /// <summary>They do not: a NAT or a firewall keeps them out.</summary>
    Private,
}
