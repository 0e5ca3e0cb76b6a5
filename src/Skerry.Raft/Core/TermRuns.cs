using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>The term of every entry of the log, as runs: terms change rarely, so a log of millions takes a few of them.</summary>
internal sealed class TermRuns
{
    private readonly List<(ulong First, ulong Term)> _runs = [];

    /// <param name="index">The entry before the first that can be read.</param>
    /// <param name="term">Its term.</param>
    public TermRuns(ulong index, ulong term) => _runs.Add((index, term));

    /// <summary>The lowest index whose term is known.</summary>
    public ulong First => _runs[0].First;

    /// <summary>The term of the last entry.</summary>
    public ulong LastTerm => _runs[^1].Term;

    /// <summary>The term at an index that is not below <see cref="First"/>.</summary>
    public ulong At(ulong index) => _runs[RunOf(index)].Term;

    /// <summary>An entry has come at the end.</summary>
    public void Add(ulong index, ulong term)
    {
        Invariant.That(term >= LastTerm);
        if (term != LastTerm) _runs.Add((index, term));
    }

    /// <summary>Entries from an index on are gone.</summary>
    public void TruncateFrom(ulong index)
    {
        Invariant.That(index > First);
        while (_runs[^1].First >= index) _runs.RemoveAt(_runs.Count - 1);
    }

    /// <summary>Entries before an index are gone; its own term stays known.</summary>
    public void CompactTo(ulong index)
    {
        var run = RunOf(index);
        _runs[run] = (index, _runs[run].Term);
        _runs.RemoveRange(0, run);
    }

    /// <summary>A snapshot takes the place of all.</summary>
    public void Reset(ulong index, ulong term)
    {
        _runs.Clear();
        _runs.Add((index, term));
    }

    /// <summary>The greatest index up to <paramref name="index"/> whose term is not above <paramref name="term"/>; <see cref="First"/> when there is none.</summary>
    public ulong LastNotAbove(ulong index, ulong term)
    {
        var run = RunOf(index);
        while (run > 0 && _runs[run].Term > term)
        {
            index = _runs[run].First - 1;
            run--;
        }

        return index;
    }

    private int RunOf(ulong index)
    {
        Invariant.That(index >= First);
        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_runs[middle].First <= index) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
