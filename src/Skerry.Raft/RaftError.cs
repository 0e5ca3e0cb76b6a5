namespace Skerry.Raft;

/// <summary>Why something was not done.</summary>
public enum RaftError
{
    /// <summary>It was done.</summary>
    None,

    /// <summary>This node does not lead; nothing has happened. <see cref="RaftStatus.Leader"/> says who does, as far as it knows.</summary>
    NotLeader,

    /// <summary>Leadership was lost meanwhile: it may have been done, or be done yet. Only an answer of the state machine tells.</summary>
    LeaderLost,

    /// <summary>More is under way than fits; nothing has happened.</summary>
    TooMuchInFlight,

    /// <summary>The command is larger than <see cref="RaftOptions.MaxCommandBytes"/>; nothing has happened.</summary>
    TooLarge,

    /// <summary>Leadership is being handed over; nothing has happened.</summary>
    TransferUnderWay,

    /// <summary>The leader is too new, and knows in a moment; nothing has happened.</summary>
    NotReady,

    /// <summary>Another change of the members is under way; nothing has happened.</summary>
    ChangeUnderWay,

    /// <summary>There is no such member, or not one that this can be done with.</summary>
    UnknownMember,

    /// <summary>It is a member already, or the group is founded already.</summary>
    AlreadyMember,

    /// <summary>An observer that is to vote does not have nearly all of the log.</summary>
    NotCaughtUp,

    /// <summary>Nobody would be left to vote.</summary>
    NoVoterLeft,

    /// <summary>Nothing would change.</summary>
    NoChange,

    /// <summary>The new leader did not take over in time: the old one leads on.</summary>
    TransferAborted,

    /// <summary>This node's disk is full; nothing has happened. It goes on by itself when there is room.</summary>
    DiskFull,

    /// <summary>The node is stopped, or has stopped itself.</summary>
    Stopped,
}
