namespace Skerry.Manifest;

/// <summary>Who takes part in the group's manifest, as membership tells.</summary>
public interface IGroupDirectory
{
    /// <summary>All nodes of the group that say they take part, this one included once it was announced.</summary>
    IReadOnlyList<GroupServer> Servers { get; }

    /// <summary>Tells the group what this node is.</summary>
    void Announce(GroupServer self);
}
