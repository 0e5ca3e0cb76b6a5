using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// Deadlines by key: set, moved and cancelled in O(log n), taken in order of time and, where times are equal, of setting.
/// </summary>
/// <typeparam name="TKey">What a deadline is for; one deadline a key.</typeparam>
internal sealed class TimerTable<TKey>
    where TKey : notnull
{
    private readonly PriorityQueue<TKey, (long Ticks, long Order)> _queue = new();
    private readonly Dictionary<TKey, (long Ticks, long Order)> _current = [];
    private long _order;

    /// <summary>How many deadlines stand.</summary>
    public int Count => _current.Count;

    /// <summary>The earliest deadline; <see cref="Instant.Never"/> when there is none.</summary>
    public Instant Next
    {
        get
        {
            DropStale();
            return _queue.TryPeek(out _, out var due) ? new Instant(due.Ticks) : Instant.Never;
        }
    }

    /// <summary>Sets the deadline of a key, in place of the one it has.</summary>
    public void Set(TKey key, Instant deadline)
    {
        var due = (deadline.Ticks, ++_order);
        _current[key] = due;
        _queue.Enqueue(key, due);
    }

    /// <summary>Removes the deadline of a key, if it has one.</summary>
    public void Cancel(TKey key)
    {
        // The queue's entry is left behind and skipped when it surfaces; many of those are swept at once.
        if (_current.Remove(key) && _queue.Count > 64 && _queue.Count > 4 * _current.Count) Sweep();
    }

    /// <summary>Whether a key has a deadline.</summary>
    public bool Contains(TKey key) => _current.ContainsKey(key);

    /// <summary>Takes the earliest deadline that has come.</summary>
    public bool TryTake(Instant now, out TKey key)
    {
        DropStale();
        if (_queue.TryPeek(out var candidate, out var due) && due.Ticks <= now.Ticks)
        {
            _queue.Dequeue();
            _current.Remove(candidate);
            key = candidate;
            return true;
        }

        key = default!;
        return false;
    }

    private void DropStale()
    {
        while (_queue.TryPeek(out var key, out var due) && !(_current.TryGetValue(key, out var standing) && standing == due)) _queue.Dequeue();
    }

    private void Sweep()
    {
        _queue.Clear();
        foreach (var (key, due) in _current) _queue.Enqueue(key, due);
    }
}
