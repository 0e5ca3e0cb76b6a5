using Skerry.Manifest.Wire;
using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>Compares this node's state with the leader's while it follows or observes: at the newest mark, as often as one comes, and once a second at most.</summary>
internal sealed class StateWatch(RaftNode raft, ManifestNode manifest, GroupPeers peers, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await manifest.MarkedAsync(stopping).ConfigureAwait(false);
                await CompareAsync(stopping).ConfigureAwait(false);
                await Task.Delay(Pause, time, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>The answer to another node that asks.</summary>
    public static StateAnswer Answer(ManifestNode manifest, string from, StateMessage state)
    {
        if (manifest.MarkAt(state.Index) is not { } own) return StateAnswer.Unknown;
        manifest.Comparisons.Note(from, state.Index, own == state.Hash);
        return own == state.Hash ? StateAnswer.Same : StateAnswer.Different;
    }

    private async Task CompareAsync(CancellationToken stopping)
    {
        var status = raft.Status;
        if (status.Leader is not { } leader || status.LeaderId == raft.Id) return;
        var (index, hash) = manifest.NewestMark;
        var answer = await peers.CompareAsync(leader, new StateMessage { Index = index, Hash = hash }, stopping).ConfigureAwait(false);
        if (answer != StateAnswer.Unknown) manifest.Comparisons.Note(leader, index, answer == StateAnswer.Same);
    }
}
