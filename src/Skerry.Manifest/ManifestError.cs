namespace Skerry.Manifest;

/// <summary>Why a request was refused. Doors have their own words for each.</summary>
public enum ManifestError
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>A key is empty.</summary>
    EmptyKey,

    /// <summary>A put that keeps the value or the lease needs a key that is there.</summary>
    KeyNotFound,

    /// <summary>A put that keeps the value brings one.</summary>
    ValueProvided,

    /// <summary>A put that keeps the lease brings one.</summary>
    LeaseProvided,

    /// <summary>More operations or compares in a transaction than <see cref="ManifestLimits.MaxTransactionOps"/>.</summary>
    TooManyOps,

    /// <summary>A transaction would change a key twice.</summary>
    DuplicateKey,

    /// <summary>An unknown order or target of sorting.</summary>
    InvalidSort,

    /// <summary>The revision has been compacted.</summary>
    Compacted,

    /// <summary>The revision has not been reached.</summary>
    FutureRevision,

    /// <summary>The quota of space is used up; reads, deletions and compaction go on.</summary>
    NoSpace,

    /// <summary>There is no such lease, or no longer.</summary>
    LeaseNotFound,

    /// <summary>The lease's id is taken.</summary>
    LeaseExists,

    /// <summary>The time to live is longer than 9 000 000 000 seconds.</summary>
    LeaseTtlTooLarge,

    /// <summary>The request is larger than <see cref="ManifestLimits.MaxRequestBytes"/>.</summary>
    RequestTooLarge,

    /// <summary>More requests wait than <see cref="ManifestLimits.MaxPending"/>.</summary>
    TooManyRequests,

    /// <summary>The group has no leader now.</summary>
    NoLeader,

    /// <summary>This node does not lead the group, and the request is for the leader.</summary>
    NotLeader,

    /// <summary>The leader changed while the request was under way; whether it was applied is not known.</summary>
    LeaderChanged,

    /// <summary>The group did not answer in time; whether the request was applied is not known.</summary>
    Timeout,

    /// <summary>The node stops.</summary>
    Stopped,

    /// <summary>A command that cannot be read, of a newer version or damaged; or a session beyond its bounds.</summary>
    Malformed,

    /// <summary>The request was given up by the one who made it before it arrived, and is not applied.</summary>
    GivenUp,

    /// <summary>There is no such session, or no longer.</summary>
    SessionNotFound,

    /// <summary>The session's id is taken.</summary>
    SessionExists,

    /// <summary>Another session holds the lock.</summary>
    LockHeld,

    /// <summary>The session does not hold the lock.</summary>
    LockNotHeld,

    /// <summary>The session that held the lock has ended, and its lock delay is not over.</summary>
    LockDelayed,

    /// <summary>No member has that id.</summary>
    MemberNotFound,

    /// <summary>The group's members cannot be changed like that.</summary>
    MembershipRefused,

    /// <summary>Leadership cannot go to that member.</summary>
    BadTransferTarget,

    /// <summary>It would write keys that Skerry keeps for itself (<see cref="ReservedKeys"/>).</summary>
    ReservedKey,

    /// <summary>There is such a key, and none was to be.</summary>
    KeyExists,

    /// <summary>The key's revision is another than the one it was to have.</summary>
    StaleIndex,

    /// <summary>Another session holds the key, or none.</summary>
    OtherSession,

    /// <summary>The observer that is to vote has not caught up with the leader's log yet, or is not heard.</summary>
    NotCaughtUp,

    /// <summary>Of the voters that would be left, no majority is there now.</summary>
    MajorityLost,

    /// <summary>Another change of the members is under way.</summary>
    ChangeUnderWay,

    /// <summary>No node of that name says that it takes part in this group's manifest.</summary>
    NodeNotFound,

    /// <summary>The node belongs to another founding of a group of that name.</summary>
    NodeOfAnotherGroup,

    /// <summary>Another restore has begun, or a part of this one is missing: begin again.</summary>
    RestoreInterrupted,

    /// <summary>What was to be restored is no whole state.</summary>
    SnapshotDamaged,

    /// <summary>The disk of whoever leads is full: nothing that writes is taken until there is room on it, deletions neither.</summary>
    DiskFull,

    /// <summary>The node is a member already.</summary>
    MemberExists,
}
