namespace Skerry.Simulation;

/// <summary>
/// What will happen, earliest first; of two events at one instant the one scheduled first. That order is total, so a run never depends
/// on how the queue is built. A heap of four children a node: half as deep as a binary one, and siblings share cache lines.
/// </summary>
internal sealed class EventQueue
{
    private const int Arity = 4;

    private ScheduledEvent[] _heap = new ScheduledEvent[1024];
    private ulong _order;

    /// <summary>How many events wait.</summary>
    public int Count { get; private set; }

    /// <summary>When the next event happens; <see cref="long.MaxValue"/> when none waits.</summary>
    public long NextTicks => Count == 0 ? long.MaxValue : _heap[0].Ticks;

    /// <summary>Adds an event behind those already scheduled for the same instant.</summary>
    public void Schedule(long ticks, EventKind kind, int node, uint generation, object? payload)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, _heap.Length * 2);
        var added = new ScheduledEvent(ticks, _order++, kind, node, generation, payload);
        var hole = Count++;
        while (hole > 0)
        {
            var parent = (hole - 1) / Arity;
            if (!Before(added, _heap[parent])) break;
            _heap[hole] = _heap[parent];
            hole = parent;
        }

        _heap[hole] = added;
    }

    /// <summary>Takes the next event out.</summary>
    /// <returns>False when none waits.</returns>
    public bool TryTake(out ScheduledEvent next)
    {
        if (Count == 0)
        {
            next = default;
            return false;
        }

        next = _heap[0];
        var last = _heap[--Count];
        _heap[Count] = default;
        if (Count > 0) SiftDown(last);
        return true;
    }

    private void SiftDown(in ScheduledEvent moved)
    {
        var hole = 0;
        while (true)
        {
            var first = (hole * Arity) + 1;
            if (first >= Count) break;
            var least = first;
            var end = Math.Min(first + Arity, Count);
            for (var child = first + 1; child < end; child++)
            {
                if (Before(_heap[child], _heap[least])) least = child;
            }

            if (!Before(_heap[least], moved)) break;
            _heap[hole] = _heap[least];
            hole = least;
        }

        _heap[hole] = moved;
    }

    private static bool Before(in ScheduledEvent left, in ScheduledEvent right) =>
        left.Ticks != right.Ticks ? left.Ticks < right.Ticks : left.Order < right.Order;
}
