namespace Skerry.Catalog.Sites;

/// <summary>How much is told of groups, and taken in.</summary>
internal static class SiteBounds
{
    /// <summary>Nodes that speak for a group at a time: two may fail at once.</summary>
    public const int Bridges = 3;

    /// <summary>Nodes of a group that cannot be reached which are worth trying: its bridges may have changed since it was last heard.</summary>
    public const int Candidates = 8;

    /// <summary>Groups beside one's own.</summary>
    public const int MaxGroups = 64;

    /// <summary>Records that tell of one group; each node takes one, and further ones where it exports much.</summary>
    public const int MaxRecords = 2048;

    /// <summary>Bridges heard: those of all groups, and as many that were.</summary>
    public const int MaxOwners = 2 * Bridges * (MaxGroups + 1);

    /// <summary>Records of all other groups that one bridge tells its own: leaves it a thousand for what it runs itself, and gives way where it runs more.</summary>
    public const int MaxTold = 3072;

    /// <summary>The longest name of a group, bytes of UTF-8.</summary>
    public const int MaxGroupName = 64;

    /// <summary>The longest name of a node, bytes of UTF-8.</summary>
    public const int MaxNodeName = 128;
}
