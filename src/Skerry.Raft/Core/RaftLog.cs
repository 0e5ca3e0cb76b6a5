using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>
/// The log as the core sees it: terms of all entries, the entries themselves in memory as long as they are not durable (and some longer), older ones from
/// the disk. <see cref="BaseIndex"/> is the last entry that was compacted away: its term is known, it cannot be read.
/// </summary>
internal sealed class RaftLog
{
    private readonly ILogView _view;
    private readonly TermRuns _terms;
    private readonly Queue<(ulong Sequence, ulong Index)> _persisting = new();
    private readonly long _cacheBytes;
    private readonly List<RaftEntry> _tail = [];
    private int _tailStart;
    private long _tailBytes;

    /// <summary>The log as it is on disk; <paramref name="onEntry"/> sees every entry once.</summary>
    public RaftLog(ILogView view, SnapshotMeta snapshot, long cacheBytes, Action<RaftEntry> onEntry)
    {
        (_view, _cacheBytes) = (view, cacheBytes);
        (BaseIndex, LastIndex) = (snapshot.Index, snapshot.Index);
        _terms = new TermRuns(snapshot.Index, snapshot.Term);
        if (view.LastIndex < view.FirstIndex) IsConsistent = snapshot.Index == 0 || view.LastIndex == snapshot.Index;
        else Load(snapshot, onEntry);
        DurableIndex = LastIndex;
        NextToPersist = LastIndex + 1;
    }

    /// <summary>The last entry that was compacted away.</summary>
    public ulong BaseIndex { get; private set; }

    /// <summary>The last entry.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>Its term.</summary>
    public ulong LastTerm => _terms.LastTerm;

    /// <summary>Up to where entries are known to be on disk.</summary>
    public ulong DurableIndex { get; private set; }

    /// <summary>The first entry that no <see cref="Persist"/> holds yet, or holds no longer as it is.</summary>
    public ulong NextToPersist { get; private set; }

    /// <summary>Whether the log on disk went on from the snapshot; if not, it is to be replaced by it.</summary>
    public bool IsConsistent { get; private set; } = true;

    /// <summary>The term at an index, where it is known.</summary>
    public bool TryTermAt(ulong index, out ulong term)
    {
        term = 0;
        if (index < BaseIndex || index > LastIndex) return false;
        term = _terms.At(index);
        return true;
    }

    /// <summary>Whether it holds this very entry.</summary>
    public bool Holds(ulong index, ulong term) => TryTermAt(index, out var own) && own == term;

    /// <summary>Where a log that ends with this entry may agree with ours at most: see <see cref="TermRuns.LastNotAbove"/>.</summary>
    public ulong LastNotAbove(ulong index, ulong term) => _terms.LastNotAbove(Math.Clamp(index, BaseIndex, LastIndex), term);

    /// <summary>Adds an entry at the end.</summary>
    public void Append(RaftEntry entry)
    {
        Invariant.That(entry.Index == LastIndex + 1);
        _terms.Add(entry.Index, entry.Term);
        _tail.Add(entry);
        _tailBytes += entry.Size;
        LastIndex = entry.Index;
    }

    /// <summary>Drops the entries from an index on: they conflict with the leader's.</summary>
    public void TruncateFrom(ulong index)
    {
        Invariant.That(index > BaseIndex && index <= LastIndex);
        _terms.TruncateFrom(index);
        while (_tail.Count > _tailStart && _tail[^1].Index >= index)
        {
            _tailBytes -= _tail[^1].Size;
            _tail.RemoveAt(_tail.Count - 1);
        }

        LastIndex = index - 1;
        ForgetDurable(index);
    }

    /// <summary>A snapshot takes the place of all entries.</summary>
    public void Reset(ulong index, ulong term)
    {
        _terms.Reset(index, term);
        _tail.Clear();
        (_tailStart, _tailBytes) = (0, 0);
        ForgetDurable(0);
        (BaseIndex, LastIndex, NextToPersist) = (index, index, index + 1);
    }

    /// <summary>Entries up to an index are no longer needed.</summary>
    public void CompactTo(ulong index)
    {
        if (index <= BaseIndex) return;
        Invariant.That(index <= LastIndex);
        _terms.CompactTo(index);
        BaseIndex = index;
        while (_tail.Count > _tailStart && _tail[_tailStart].Index <= index) DropFirst();
        PackTail();
    }

    /// <summary>Reads entries in order.</summary>
    /// <param name="from">The first, above <see cref="BaseIndex"/>.</param>
    /// <param name="to">The last.</param>
    /// <param name="maxBytes">Stops before this would be passed; the first entry always comes.</param>
    public List<RaftEntry> Read(ulong from, ulong to, int maxBytes)
    {
        Invariant.That(from > BaseIndex && to <= LastIndex);
        var entries = new List<RaftEntry>();
        var bytes = 0L;
        for (var index = from; index <= to; index++)
        {
            var entry = At(index);
            bytes += entry.Size;
            if (entries.Count > 0 && bytes > maxBytes) break;
            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>The entries that are to be persisted now; they count as being under way.</summary>
    public List<RaftEntry> TakeUnpersisted(ulong sequence)
    {
        var entries = NextToPersist > LastIndex ? [] : Read(NextToPersist, LastIndex, int.MaxValue);
        NextToPersist = LastIndex + 1;
        _persisting.Enqueue((sequence, LastIndex));
        return entries;
    }

    /// <summary>What was handed out up to a sequence number is on disk.</summary>
    public void Persisted(ulong sequence)
    {
        while (_persisting.TryPeek(out var oldest) && oldest.Sequence <= sequence)
        {
            _persisting.Dequeue();
            DurableIndex = Math.Max(DurableIndex, oldest.Index);
        }

        while (_tailBytes > _cacheBytes && _tail.Count > _tailStart && _tail[_tailStart].Index <= DurableIndex) DropFirst();
        PackTail();
    }

    private RaftEntry At(ulong index)
    {
        var tailFirst = LastIndex + 1 - (ulong)(_tail.Count - _tailStart);
        return index >= tailFirst ? _tail[_tailStart + (int)(index - tailFirst)] : _view.Read(index);
    }

    /// <summary>What is under way to the disk from an index on is not what the log holds there any more.</summary>
    private void ForgetDurable(ulong index)
    {
        var last = index == 0 ? 0 : index - 1;
        DurableIndex = Math.Min(DurableIndex, last);
        NextToPersist = Math.Min(NextToPersist, index);
        for (var left = _persisting.Count; left > 0; left--)
        {
            var (sequence, end) = _persisting.Dequeue();
            _persisting.Enqueue((sequence, Math.Min(end, last)));
        }
    }

    private void Load(SnapshotMeta snapshot, Action<RaftEntry> onEntry)
    {
        var (first, last) = (_view.FirstIndex, _view.LastIndex);
        IsConsistent = first <= snapshot.Index + 1 && last >= snapshot.Index;
        if (IsConsistent && snapshot.Index >= first) IsConsistent = _view.Read(snapshot.Index).Term == snapshot.Term;
        if (!IsConsistent) return;
        // Entries below the snapshot serve peers that are a little behind; the first gives its term only, since that of the one before it is not there.
        if (first <= snapshot.Index)
        {
            var entry = _view.Read(first);
            _terms.Reset(entry.Index, entry.Term);
            (BaseIndex, LastIndex) = (first, first);
            first++;
        }

        for (var index = first; index <= last; index++)
        {
            var entry = _view.Read(index);
            Invariant.That(entry.Index == index);
            _terms.Add(index, entry.Term);
            LastIndex = index;
            onEntry(entry);
        }
    }

    private void DropFirst()
    {
        _tailBytes -= _tail[_tailStart].Size;
        _tail[_tailStart++] = null!;
    }

    private void PackTail()
    {
        if (_tailStart <= 64 || _tailStart <= _tail.Count / 2) return;
        _tail.RemoveRange(0, _tailStart);
        _tailStart = 0;
    }
}
