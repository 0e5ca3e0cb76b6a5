using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>The core's refusals as errors of the public face.</summary>
internal static class RefusalError
{
    public static RaftError ToError(this Refusal refusal) => refusal switch
    {
        Refusal.None => RaftError.None,
        Refusal.NotLeader => RaftError.NotLeader,
        Refusal.TooMuchInFlight => RaftError.TooMuchInFlight,
        Refusal.TooLarge => RaftError.TooLarge,
        Refusal.TransferUnderWay => RaftError.TransferUnderWay,
        Refusal.NotReady => RaftError.NotReady,
        Refusal.ChangeUnderWay => RaftError.ChangeUnderWay,
        Refusal.UnknownMember => RaftError.UnknownMember,
        Refusal.AlreadyMember => RaftError.AlreadyMember,
        Refusal.NotCaughtUp => RaftError.NotCaughtUp,
        Refusal.NoVoterLeft => RaftError.NoVoterLeft,
        Refusal.NoChange => RaftError.NoChange,
        Refusal.LeaderLost => RaftError.LeaderLost,
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "A refusal without a name."),
    };
}
