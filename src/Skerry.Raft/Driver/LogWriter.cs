using Skerry.Raft.Core;
using Skerry.Raft.Wire;
using Skerry.Storage;

namespace Skerry.Raft.Driver;

/// <summary>
/// The thread that writes the log. Whatever came while it was flushing goes into one write and one flush: the more there is to do, the less each costs. On a full disk it
/// waits and tries again; after any other error it ends.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>How often a full disk is tried again.</summary>
    private static readonly TimeSpan RoomPause = TimeSpan.FromMilliseconds(500);

    private readonly WriteAheadLog _log;
    private readonly LogView _view;
    private readonly ILogWriterEvents _events;
    private readonly RaftMetrics _metrics;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private List<RaftOutput> _waiting = [];
    private List<RaftOutput> _writing = [];
    private Task _making = Task.CompletedTask;
    private SpareSegment? _spare;
    private ulong _put;
    private bool _isOwing;
    private int _entries;
    private bool _isClosed;

    public LogWriter(WriteAheadLog log, LogView view, ulong id, string name, ILogWriterEvents events, RaftMetrics metrics)
    {
        (_log, _view, Id, _events, _metrics) = (log, view, id, events, metrics);
        _thread = new Thread(Run) { IsBackground = true, Name = $"raft log {name}" };
    }

    /// <summary>Whose term and vote it writes; another one only under the view's gate.</summary>
    public ulong Id { get; set; }

    /// <summary>Whether it waits for room.</summary>
    public bool IsFull { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>A <see cref="Persist"/> or a <see cref="CompactLog"/>.</summary>
    public void Add(RaftOutput work)
    {
        lock (_gate)
        {
            _waiting.Add(work);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the thread; what it has not begun to write is not written.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }

        if (_thread.IsAlive && Thread.CurrentThread != _thread) _thread.Join();
        _making.Wait();
        _spare?.Dispose();
    }

    private void Run()
    {
        try
        {
            while (TryTakeAll())
            {
                Write();
                _writing.Clear();
                KeepSpare();
            }
        }
        catch (Exception error)
        {
            _events.Failed(error);
        }
    }

    private bool TryTakeAll()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isClosed) Monitor.Wait(_gate);
            (_waiting, _writing) = (_writing, _waiting);
            return !_isClosed;
        }
    }

    private void Write()
    {
        foreach (var work in _writing)
        {
            if (work is Persist persist)
            {
                WhenThereIsRoom(() => Put(persist));
                (_put, _isOwing) = (persist.Sequence, true);
                _entries += persist.Entries.Count;
            }
            else if (work is CompactLog compact)
            {
                WhenThereIsRoom(() => _log.CompactTo(compact.Index));
            }
        }

        WhenThereIsRoom(_log.Write);
        Flush();
    }

    /// <summary>The next segment is made while this one is written.</summary>
    private void KeepSpare()
    {
        if (!_log.WantsSpare || !_making.IsCompleted) return;
        if (Interlocked.Exchange(ref _spare, null) is { } spare) _log.Offer(spare);
        else _making = Task.Run(MakeSpare);
    }

    private void MakeSpare()
    {
        try
        {
            _spare = _log.MakeSpare();
        }
        catch (StorageException)
        {
            // The log makes one itself when it needs it, and says what is wrong then.
        }
    }

    private void Flush()
    {
        var began = RaftMetrics.Now;
        _log.Flush();
        _metrics.Flushed(began, _entries);
        _entries = 0;
        if (!_isOwing) return;
        _isOwing = false;
        _events.Persisted(_put);
    }

    private void Put(Persist persist)
    {
        if (persist.Reset is { } snapshot && (_log.FirstIndex != snapshot.Index + 1 || _log.LastIndex != snapshot.Index)) _log.Reset(snapshot.Index);
        Span<byte> head = stackalloc byte[AppendCodec.MaxHead];
        foreach (var entry in persist.Entries)
        {
            if (entry.Configuration is null) _log.Append(entry.Index, head[..AppendCodec.WriteHead(entry, head)], entry.Data.Span);
            else _log.Append(entry.Index, EntryCodec.Encode(entry));
        }

        if (persist.State is { } state) _log.SetState(EntryCodec.Encode(Id, state));
    }

    /// <summary>Runs something under the log's gate until there is room for it. What is written twice so takes its own place.</summary>
    private void WhenThereIsRoom(Action write)
    {
        while (true)
        {
            try
            {
                lock (_view.Gate) write();
                if (!IsFull) return;
                IsFull = false;
                _events.RoomAgain();
                return;
            }
            catch (StorageException full) when (full.IsFull)
            {
                if (!IsFull)
                {
                    IsFull = true;
                    _events.Full(full);
                    FlushWhatFits();
                }
            }

            CompactEarly();
            lock (_gate)
            {
                if (_isClosed) throw new OperationCanceledException("The node stops while its disk is full: what was not written was not acknowledged.");
                Monitor.Wait(_gate, RoomPause);
            }
        }
    }

    /// <summary>What was put before there was no room is as good as any.</summary>
    private void FlushWhatFits()
    {
        try
        {
            Flush();
        }
        catch (StorageException full) when (full.IsFull)
        {
            // Not even that.
        }
    }

    /// <summary>A compaction that waits behind what there is no room for may be what makes room.</summary>
    private void CompactEarly()
    {
        CompactLog? compact;
        lock (_gate) compact = _waiting.OfType<CompactLog>().LastOrDefault();
        compact ??= _writing.OfType<CompactLog>().LastOrDefault();
        if (compact is null || compact.Index > _log.LastIndex) return;
        try
        {
            lock (_view.Gate) _log.CompactTo(compact.Index);
        }
        catch (StorageException full) when (full.IsFull)
        {
            // There was no room for that either.
        }
    }
}
