using System.Buffers;

using Skerry.Tunnel.Core.Session;

namespace Skerry.Tunnel.Driver;

/// <summary>
/// What sessions may hold of this node: how many other nodes ask for, and memory, per node and in all. A window counts when it is promised, whether it is used or
/// not; what is kept to be sent again counts as it is. When half is taken new
/// sessions begin with a small window, when three quarters are those that run take no more, and when nothing is left new ones are refused.
/// </summary>
/// <param name="options">Bounds.</param>
internal sealed class SessionBudget(TunnelOptions options)
{
    /// <summary>What a session begins with when memory is short, bytes: slow on long ways, and enough to go on.</summary>
    public const int SmallWindow = 32 << 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Sessions, int Taken, long Memory)> _nodes = new(StringComparer.Ordinal);
    private long _memory;
    private int _taken;
    private int _buffers;

    /// <summary>Bytes promised and kept.</summary>
    public long Memory => Interlocked.Read(ref _memory);

    /// <summary>Buffers with frames under way.</summary>
    public int Buffers => Volatile.Read(ref _buffers);

    /// <summary>Sessions that other nodes have or ask for.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Whether nothing is held.</summary>
    public bool IsEmpty
    {
        get { lock (_gate) return _nodes.Count == 0 && _memory == 0 && _taken == 0 && Buffers == 0; }
    }

    /// <summary>A session that another node asks for.</summary>
    /// <returns>Null when it, or all together, have as many or as much as they may.</returns>
    public SessionAccount? TryTakeIn(string node)
    {
        lock (_gate)
        {
            var held = _nodes.GetValueOrDefault(node);
            if (_taken >= options.MaxSessions || held.Taken >= options.MaxSessionsPerNode || RoomOf(held.Memory) < SmallWindow) return null;
            _taken++;
            _nodes[node] = held with { Taken = held.Taken + 1 };
            return Open(node, isTakenIn: true);
        }
    }

    /// <summary>A session that this node asks for.</summary>
    public SessionAccount Begin(string node)
    {
        lock (_gate) return Open(node, isTakenIn: false);
    }

    /// <summary>What a node's sessions may take beyond what they hold, bytes: a quarter is left to new ones.</summary>
    public long RoomToGrow(string node)
    {
        lock (_gate)
        {
            var held = _nodes.GetValueOrDefault(node).Memory;
            return Math.Max(0, Math.Min((options.MaxSessionMemory / 4 * 3) - _memory, (options.MaxSessionMemoryPerNode / 4 * 3) - held));
        }
    }

    /// <summary>A session of a node holds more or less.</summary>
    public void Add(string node, long bytes)
    {
        lock (_gate)
        {
            var held = _nodes[node];
            _memory += bytes;
            _nodes[node] = held with { Memory = held.Memory + bytes };
        }
    }

    /// <summary>A session is over.</summary>
    public void Close(string node, long bytes, bool isTakenIn)
    {
        lock (_gate)
        {
            var held = _nodes[node];
            _memory -= bytes;
            if (isTakenIn) _taken--;
            if (held.Sessions == 1) _nodes.Remove(node);
            else _nodes[node] = (held.Sessions - 1, held.Taken - (isTakenIn ? 1 : 0), held.Memory - bytes);
        }
    }

    /// <summary>A buffer for a frame.</summary>
    public byte[] Rent(int length)
    {
        Interlocked.Increment(ref _buffers);
        return ArrayPool<byte>.Shared.Rent(length);
    }

    public void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        Interlocked.Decrement(ref _buffers);
    }

    /// <summary>Under the lock.</summary>
    private SessionAccount Open(string node, bool isTakenIn)
    {
        var held = _nodes.GetValueOrDefault(node);
        var isPlenty = _memory < options.MaxSessionMemory / 2 && held.Memory < options.MaxSessionMemoryPerNode / 2;
        var window = Math.Min(isPlenty ? SessionLimits.InitialWindow : SmallWindow, options.MaxWindow);
        _memory += window;
        _nodes[node] = (held.Sessions + 1, held.Taken, held.Memory + window);
        return new SessionAccount(this, node, window, isTakenIn);
    }

    /// <summary>Under the lock: what a new session may begin with.</summary>
    private long RoomOf(long held) => Math.Max(0, Math.Min(options.MaxSessionMemory - _memory, options.MaxSessionMemoryPerNode - held));
}
