using System.Diagnostics.CodeAnalysis;

using Skerry.Manifest.Core;
using Skerry.Manifest.Driver;

namespace Skerry.Manifest;

/// <summary>
/// Watchers with one reader. Everything they have to say comes out of <see cref="TakeAsync"/> in order. A reader that falls behind is not waited for: beyond
/// <see cref="MaxQueued"/> changes its watchers are behind, cost nothing, and read on from the event log when it comes back; if that was compacted meanwhile they end.
/// </summary>
public sealed class WatchStream : IDisposable
{
    /// <summary>Changes a stream keeps for its reader.</summary>
    public const int MaxQueued = 4096;

    /// <summary>Watchers of a stream.</summary>
    public const int MaxWatchers = 65_536;

    /// <summary>Changes of one message, unless one revision has more.</summary>
    internal const int MaxMessage = 1000;

    /// <summary>Answers a stream keeps before it takes in no more requests.</summary>
    private const int MaxAnswers = 64;

    private readonly WatchHub _hub;
    private readonly Lock _gate = new();
    private readonly Queue<WatchMessage> _queue = new();
    private readonly Signal _filled = new();
    private readonly Signal _drained = new();

    // What the hub puts together under its own lock, until it is whole: a reader never sees half a revision.
    private readonly Dictionary<Watcher, WatchMessage> _open = [];
    private readonly List<WatchMessage> _staged = [];
    private int _stagedEvents;
    private int _queuedEvents;

    internal WatchStream(WatchHub hub) => _hub = hub;

    internal Dictionary<long, Watcher> Watchers { get; } = [];

    internal Queue<Watcher> Behind { get; } = new();

    internal long NextId { get; set; }

    internal bool OwesProgress { get; set; }

    /// <summary>Adds a watcher; the answer comes as a message. Waits while the reader has left too many answers unread.</summary>
    public async Task AddAsync(WatchRequest request, CancellationToken cancellation)
    {
        await RoomAsync(cancellation);
        _hub.Add(this, request);
    }

    /// <summary>Ends a watcher; the answer comes as a message, and none comes for one that is not there.</summary>
    public async Task CancelAsync(long id, CancellationToken cancellation)
    {
        await RoomAsync(cancellation);
        _hub.Cancel(this, id);
    }

    /// <summary>Asks for one message of progress once all watchers have told everything up to now.</summary>
    public async Task RequestProgressAsync(CancellationToken cancellation)
    {
        await RoomAsync(cancellation);
        _hub.RequestProgress(this);
    }

    /// <summary>The next message, as soon as there is one. One reader at a time.</summary>
    public async ValueTask<WatchMessage> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TryTake(out var message)) return message;
            if (_hub.CatchUp(this)) continue;
            await _filled.WaitAsync(cancellation);
        }
    }

    /// <summary>The next message if there is one already.</summary>
    public bool TryTake([NotNullWhen(true)] out WatchMessage? message)
    {
        lock (_gate)
        {
            if (!_queue.TryDequeue(out message)) return false;
            _queuedEvents -= message.Events.Count;
            if (_queue.Count < MaxAnswers) _drained.Give();
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hub.Remove(this);

    /// <summary>Puts a message at the end.</summary>
    internal void Say(WatchMessage message)
    {
        lock (_gate) _queue.Enqueue(message);
        _filled.Give();
    }

    /// <summary>Puts a change into what is handed over by <see cref="Publish"/>. False: the reader has too much before it.</summary>
    internal bool TryStage(Watcher watcher, WatchEvent change)
    {
        _open.TryGetValue(watcher, out var message);
        var goesOn = message is not null && message.Revision == change.Entry.ModRevision;
        // A revision that has begun is told whole, whatever the bound.
        if (!goesOn && Volatile.Read(ref _queuedEvents) + _stagedEvents >= MaxQueued) return false;
        if (message is null || (!goesOn && message.Events.Count >= MaxMessage))
        {
            message = new WatchMessage { Kind = WatchMessageKind.Events, WatchId = watcher.Id, Request = watcher.Request };
            _open[watcher] = message;
            _staged.Add(message);
        }

        message.Add(change);
        message.Revision = change.Entry.ModRevision;
        _stagedEvents++;
        return true;
    }

    /// <summary>Hands over what was staged.</summary>
    internal void Publish()
    {
        lock (_gate)
        {
            foreach (var message in _staged) _queue.Enqueue(message);
            _queuedEvents += _stagedEvents;
        }

        _staged.Clear();
        _open.Clear();
        _stagedEvents = 0;
        _filled.Give();
    }

    private async Task RoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_queue.Count < MaxAnswers) return;
            }

            await _drained.WaitAsync(cancellation);
        }
    }
}
