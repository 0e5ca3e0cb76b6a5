namespace Skerry.Raft.Core;

/// <summary>Why a command was not taken. What was refused has left no trace, and may be tried again.</summary>
internal enum Refusal
{
    /// <summary>It was taken.</summary>
    None,

    /// <summary>This member does not lead; <see cref="RaftCore.Leader"/> says who does, as far as it knows.</summary>
    NotLeader,

    /// <summary>More is proposed and not yet committed and durable than <see cref="RaftCoreOptions.MaxPendingBytes"/>.</summary>
    TooMuchInFlight,

    /// <summary>A command is larger than <see cref="RaftCoreOptions.MaxCommandBytes"/>.</summary>
    TooLarge,

    /// <summary>Leadership is being handed over.</summary>
    TransferUnderWay,

    /// <summary>The leader has not committed an entry of its term yet.</summary>
    NotReady,

    /// <summary>Another change of the members is under way.</summary>
    ChangeUnderWay,

    /// <summary>No such member, or not one that this can be done with.</summary>
    UnknownMember,

    /// <summary>It is one already.</summary>
    AlreadyMember,

    /// <summary>An observer that is to vote does not have (nearly) all of the log.</summary>
    NotCaughtUp,

    /// <summary>Nobody would be left to vote.</summary>
    NoVoterLeft,

    /// <summary>Nothing would change.</summary>
    NoChange,

    /// <summary>The leader was lost before the answer was certain.</summary>
    LeaderLost,
}
