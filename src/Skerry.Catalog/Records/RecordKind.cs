namespace Skerry.Catalog.Records;

/// <summary>Kinds of records the catalog replicates.</summary>
internal static class RecordKind
{
    /// <summary>Facts of the node itself; its id is empty.</summary>
    public const string Node = "node";

    /// <summary>A service instance.</summary>
    public const string Service = "service";

    /// <summary>A check and what it says.</summary>
    public const string Check = "check";

    /// <summary>Another group, as a bridge hears of it; its id is the group's name.</summary>
    public const string Group = "group";

    /// <summary>A node of another group, or a part of it, as a bridge hears of it; its id is <c>GROUP/NODE</c>.</summary>
    public const string Remote = "remote";

    /// <summary>Among the bridges of all groups: the bridge itself; its id is empty.</summary>
    public const string Bridge = "bridge";

    /// <summary>Among the bridges of all groups: a node of the bridge's group, or a part of it; its id is <c>NODE</c>.</summary>
    public const string SiteNode = "site-node";
}
