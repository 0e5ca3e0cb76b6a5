namespace Skerry.Manifest;

/// <summary>What a node is to be in its group.</summary>
public enum GroupRole
{
    /// <summary>It votes, once it has caught up.</summary>
    Server,

    /// <summary>It has everything and never votes.</summary>
    Observer,
}
