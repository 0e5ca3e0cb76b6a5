namespace Skerry.Manifest;

/// <summary>Why a group is not brought back by one of its nodes alone.</summary>
public enum RecoveryRefusal
{
    /// <summary>It may be.</summary>
    None,

    /// <summary>This node belongs to no group yet, or its log is empty.</summary>
    NoMember,

    /// <summary>There is a leader: the majority is not lost.</summary>
    HasLeader,

    /// <summary>Servers are there, or answer: the majority may come together, or one of them may know more.</summary>
    ServersAlive,

    /// <summary>Servers were not named as lost.</summary>
    NotConfirmed,
}
