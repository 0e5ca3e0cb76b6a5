using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>Raft's messages in a few words.</summary>
internal static class RaftWords
{
    public static string Of(RaftMessage message) => message switch
    {
        Append m => $"t{m.Term} append {m.PreviousIndex}@{m.PreviousTerm} +{m.Entries.Count} commit {m.Commit} round {m.Round}",
        AppendResponse { IsTaken: true } m => $"t{m.Term} taken to {m.Match} round {m.Round}",
        AppendResponse m => $"t{m.Term} not taken {m.Match}, hint {m.HintIndex}@{m.HintTerm}",
        Heartbeat m => $"t{m.Term} heartbeat commit {m.Commit} round {m.Round}",
        HeartbeatResponse m => $"t{m.Term} heartbeat taken, round {m.Round}",
        PreVote m => $"t{m.Term} pre-vote? {m.LastIndex}@{m.LastTerm}",
        PreVoteResponse m => $"t{m.Term} pre-vote of {m.Asked}: {m.IsGranted}",
        Vote m => $"t{m.Term} vote? {m.LastIndex}@{m.LastTerm}{(m.IsTransfer ? " transfer" : "")}",
        VoteResponse m => $"t{m.Term} vote: {m.IsGranted}",
        SnapshotChunk m => $"t{m.Term} snapshot {m.Meta.Index}@{m.Meta.Term} from {m.Offset} +{m.Data.Length}{(m.IsLast ? " last" : "")}",
        SnapshotResponse m => $"t{m.Term} snapshot {m.Index} part {m.Offset}: {(m.IsInstalled ? "installed" : $"has {m.Received}")}",
        _ => message.ToString(),
    };
}
