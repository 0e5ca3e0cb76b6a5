namespace Skerry.Raft.Driver;

/// <summary>Proposals that are in the log and wait to be applied, in the order of their indexes.</summary>
internal sealed class ProposalTable
{
    private readonly Lock _gate = new();
    private readonly Queue<RaftProposal> _waiting = new();

    /// <summary>They stand in the log one behind the other.</summary>
    public void Add(List<RaftProposal> proposals, ulong first, ulong term)
    {
        lock (_gate)
        {
            foreach (var proposal in proposals)
            {
                (proposal.Index, proposal.Term) = (first++, term);
                _waiting.Enqueue(proposal);
            }
        }
    }

    /// <summary>An entry is applied: its proposal, if it was made here, is done.</summary>
    public void Applied(ulong index, ulong term, object? value)
    {
        while (TryTake(index, out var proposal))
        {
            if (proposal.Index == index && proposal.Term == term) proposal.Complete(new RaftResult(RaftError.None, index, value));
            else proposal.Complete(RaftError.LeaderLost);
        }
    }

    /// <summary>This node does not lead any more: what is not committed may be done yet, by others, or never.</summary>
    public void LeaderLost(ulong commit) => Drop(commit, RaftError.LeaderLost);

    public void Stopped() => Drop(0, RaftError.Stopped);

    private bool TryTake(ulong upTo, out RaftProposal proposal)
    {
        lock (_gate) return _waiting.TryPeek(out proposal!) && proposal.Index <= upTo && _waiting.TryDequeue(out proposal!);
    }

    private void Drop(ulong above, RaftError error)
    {
        RaftProposal[] dropped;
        lock (_gate)
        {
            dropped = [.. _waiting.Where(proposal => proposal.Index > above)];
            var kept = _waiting.Where(proposal => proposal.Index <= above).ToArray();
            _waiting.Clear();
            foreach (var proposal in kept) _waiting.Enqueue(proposal);
        }

        foreach (var proposal in dropped) proposal.Complete(error);
    }
}
