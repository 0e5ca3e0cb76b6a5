using System.ComponentModel;
using System.Runtime.InteropServices;

using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Skerry.Gateway.Transport;

/// <summary>
/// A thread that waits for events of many sockets (epoll, edge-triggered) and runs what waits on them, there and then: a request that comes in on one socket
/// goes out on another, and its answer back, without leaving the thread. What runs here must not block.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private const int BatchSize = 256;
    private const uint AllEvents = Libc.EpollIn | Libc.EpollOut | Libc.EpollPeerHangup | Libc.EpollEdge;
    private const ulong WakeKey = ulong.MaxValue;

    [ThreadStatic]
    private static EventLoop? _current;

    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private readonly ILogger _logger;
    private readonly SafeFileHandle _wake;
    private readonly SafeFileHandle _epoll;
    private readonly Thread _thread;
    private PolledSocket?[] _sockets = new PolledSocket?[64];
    private int _used;
    private uint _generation;
    private volatile bool _stopping;

    public EventLoop(int index, ILogger logger)
    {
        Index = index;
        _logger = logger;
        // Both as handles: one that is used after the end fails, where a bare number might by then be somebody else's file.
        _epoll = new SafeFileHandle(Check(Libc.EpollCreate(Libc.EpollCloseOnExec)), ownsHandle: true);
        _wake = new SafeFileHandle(Check(Libc.EventDescriptor(0, Libc.EpollCloseOnExec)), ownsHandle: true);
        Add(_wake, WakeKey);
        _thread = new Thread(Run) { IsBackground = true, Name = $"gateway {index}" };
        _thread.Start();
    }

    /// <summary>The loop whose thread this is; null on other threads.</summary>
    public static EventLoop? Current => _current;

    /// <summary>Its place among the loops.</summary>
    public int Index { get; }

    /// <summary>Watches a socket from now until it is closed.</summary>
    /// <exception cref="Win32Exception">The system has no room for another.</exception>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public void Watch(PolledSocket socket, SafeHandle handle)
    {
        ulong key;
        lock (_gate)
        {
            if (!_free.TryPop(out var slot))
            {
                slot = _used++;
                if (slot == _sockets.Length) Array.Resize(ref _sockets, _sockets.Length * 2);
            }

            // Slots are used again; the generation tells an event of the one before, still in the batch, from those of the new one.
            key = (ulong)(++_generation & int.MaxValue) << 32 | (uint)slot;
            socket.Key = key;
            Volatile.Write(ref _sockets[slot], socket);
        }

        try
        {
            Add(handle, key);
        }
        catch
        {
            Forget(key);
            throw;
        }
    }

    /// <summary>Forgets a socket. Closing it takes it out of the kernel's list.</summary>
    public void Forget(ulong key)
    {
        lock (_gate)
        {
            _sockets[(uint)key] = null;
            _free.Push((int)(uint)key);
        }
    }

    public unsafe void Dispose()
    {
        _stopping = true;
        var one = 1UL;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
        if (Thread.CurrentThread != _thread) _thread.Join();
        _wake.Dispose();
        _epoll.Dispose();
    }

    private unsafe void Run()
    {
        _current = this;
        var size = EventRecord.Size;
        var records = stackalloc byte[BatchSize * 16];
        while (!_stopping)
        {
            var count = Libc.EpollWait(_epoll, records, BatchSize, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted) throw new Win32Exception(Marshal.GetLastPInvokeError());
            for (var i = 0; i < count; i++)
            {
                var (events, key) = EventRecord.Read(new ReadOnlySpan<byte>(records + i * size, size));
                if (key != WakeKey) Dispatch(events, key);
            }
        }
    }

    private void Dispatch(uint events, ulong key)
    {
        var sockets = Volatile.Read(ref _sockets);
        var slot = (uint)key;
        if (slot >= sockets.Length || Volatile.Read(ref sockets[slot]) is not { } socket || socket.Key != key) return;
        try
        {
            socket.OnEvents(events);
        }
        catch (Exception broken)
        {
            // One request's bug must not end the thread that serves the others.
            GatewayLog.LoopBroke(_logger, broken);
        }
    }

    private unsafe void Add(SafeHandle handle, ulong key)
    {
        Span<byte> record = stackalloc byte[16];
        EventRecord.Write(record, key == WakeKey ? Libc.EpollIn : AllEvents, key);
        fixed (byte* pointer = record) Check(Libc.EpollControl(_epoll, Libc.EpollAdd, handle, pointer));
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
}
