using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>Reads that wait: first for the index up to which to apply, all that came together under one number, then for that to be applied.</summary>
internal sealed class ReadTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, List<ReadAsk>> _asked = [];
    private readonly PriorityQueue<List<ReadAsk>, ulong> _known = new();
    private ulong _last;
    private ulong _applied;

    /// <summary>Puts reads under a number.</summary>
    public ulong Add(List<ReadAsk> asks)
    {
        lock (_gate)
        {
            _asked.Add(++_last, asks);
            return _last;
        }
    }

    public void Refused(ulong id, Refusal refusal)
    {
        List<ReadAsk>? asks;
        lock (_gate) _asked.Remove(id, out asks);
        Complete(asks, new RaftResult(refusal.ToError()));
    }

    public void Ready(ulong id, ulong index)
    {
        List<ReadAsk>? asks;
        lock (_gate)
        {
            if (!_asked.Remove(id, out asks)) return;
            if (index > _applied)
            {
                _known.Enqueue(asks, index);
                return;
            }
        }

        Complete(asks, new RaftResult(RaftError.None, index));
    }

    public void Applied(ulong index)
    {
        while (true)
        {
            List<ReadAsk>? asks;
            ulong at;
            lock (_gate)
            {
                _applied = index;
                if (!_known.TryPeek(out asks, out at) || at > index) return;
                _known.Dequeue();
            }

            Complete(asks, new RaftResult(RaftError.None, at));
        }
    }

    public void Stopped() => End(RaftError.Stopped);

    /// <summary>Nobody answers those that were asked: whoever was to is not asked any more.</summary>
    public void Lost() => End(RaftError.LeaderLost);

    private void End(RaftError error)
    {
        List<List<ReadAsk>> all;
        lock (_gate)
        {
            all = [.. _asked.Values, .. _known.UnorderedItems.Select(item => item.Element)];
            _asked.Clear();
            _known.Clear();
        }

        foreach (var asks in all) Complete(asks, new RaftResult(error));
    }

    private static void Complete(List<ReadAsk>? asks, RaftResult result)
    {
        if (asks is null) return;
        foreach (var ask in asks) ask.TrySetResult(result);
    }
}
