using Skerry.Manifest.Core;

namespace Skerry.Manifest.Driver;

/// <summary>
/// Takes what changed to those who watch it, off the thread that applies. A watcher is either up to date and found by the index, or behind and reading the event log
/// by itself (<see cref="WatchCatchUp"/>). Lock order: the hub's, then a stream's.
/// </summary>
internal sealed class WatchHub(Func<KeySpaceView> current)
{
    private readonly Lock _gate = new();
    private readonly WatchIndex _index = new();
    private readonly Dictionary<Watcher, WatchStream> _streams = [];
    private readonly HashSet<WatchStream> _touched = [];
    private readonly List<Watcher> _found = [];
    private ulong _serial;
    private int _count;

    /// <summary>Up to this revision, watchers that are up to date have been told.</summary>
    private long _told = current().Revision;

    /// <summary>Watchers there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _streams.Count;
        }
    }

    /// <summary>Whether nobody watches: then nobody needs to call <see cref="Dispatch"/>.</summary>
    public bool IsIdle
    {
        get
        {
            // Whoever is added after this looks at what was published before it.
            Interlocked.MemoryBarrier();
            return Volatile.Read(ref _count) == 0;
        }
    }

    /// <summary>Watchers that are behind.</summary>
    public int CountBehind
    {
        get
        {
            lock (_gate) return _streams.Count - _index.Count;
        }
    }

    /// <summary>Tells of everything applied until now.</summary>
    public void Dispatch()
    {
        lock (_gate) Tell();
    }

    public void Add(WatchStream stream, WatchRequest request)
    {
        lock (_gate)
        {
            Tell();
            if (Refusal(stream, request) is { } reason)
            {
                stream.Say(new WatchMessage { Kind = WatchMessageKind.Refused, WatchId = WatchMessage.NoWatcher, Request = request, Revision = _told, Reason = reason });
                return;
            }

            var id = request.Id;
            if (id == 0)
            {
                while (stream.Watchers.ContainsKey(stream.NextId)) stream.NextId++;
                id = stream.NextId++;
            }

            var watcher = new Watcher(id, ++_serial, request) { Next = request.StartRevision == 0 ? _told + 1 : request.StartRevision };
            stream.Watchers.Add(id, watcher);
            _streams.Add(watcher, stream);
            if (watcher.Next > _told) _index.Add(watcher);
            else StartBehind(stream, watcher, watcher.Next);
            stream.Say(new WatchMessage { Kind = WatchMessageKind.Created, WatchId = id, Request = watcher.Request, Revision = _told });
            // From here on the one who applies knows of a watcher; what was applied just before is told now.
            Interlocked.Exchange(ref _count, _streams.Count);
            Tell();
        }
    }

    public void Cancel(WatchStream stream, long id)
    {
        lock (_gate)
        {
            if (!stream.Watchers.TryGetValue(id, out var watcher)) return;
            End(stream, watcher);
            stream.Say(new WatchMessage { Kind = WatchMessageKind.Cancelled, WatchId = id, Request = watcher.Request, Revision = _told });
        }
    }

    public void Remove(WatchStream stream)
    {
        lock (_gate)
        {
            foreach (var watcher in stream.Watchers.Values.ToArray()) End(stream, watcher);
        }
    }

    public void RequestProgress(WatchStream stream)
    {
        lock (_gate)
        {
            Tell();
            stream.OwesProgress = true;
            PayProgress(stream);
        }
    }

    /// <summary>Watchers that asked for it and had nothing to tell since the last time say how far they are.</summary>
    public void ReportProgress()
    {
        lock (_gate)
        {
            Tell();
            foreach (var (watcher, stream) in _streams)
            {
                if (watcher is { WantsProgress: true, IsBehind: false, HasNews: false } && watcher.Next <= _told + 1)
                    stream.Say(new WatchMessage { Kind = WatchMessageKind.Progress, WatchId = watcher.Id, Request = watcher.Request, Revision = _told });
                watcher.HasNews = false;
            }
        }
    }

    /// <summary>Reads on for a watcher of the stream that is behind, on the reader's own time.</summary>
    /// <returns>Whether there was one: then there may be a message now.</returns>
    public bool CatchUp(WatchStream stream)
    {
        Watcher? watcher;
        lock (_gate)
        {
            while (stream.Behind.TryDequeue(out watcher) && !_streams.ContainsKey(watcher))
            {
                // Ended meanwhile.
            }

            if (watcher is null) return false;
        }

        var step = WatchCatchUp.Read(current(), watcher);
        // What was read is whole only if nothing of it was compacted and freed meanwhile.
        Interlocked.MemoryBarrier();
        if (current().Compacted is var compacted && watcher.Next < compacted) step = new WatchCatchUp.Piece(null, watcher.Next, compacted);
        lock (_gate)
        {
            if (!_streams.ContainsKey(watcher)) return true;
            if (step.CompactRevision > 0)
            {
                End(stream, watcher);
                stream.Say(new WatchMessage { Kind = WatchMessageKind.Compacted, WatchId = watcher.Id, Request = watcher.Request, Revision = _told, CompactRevision = step.CompactRevision });
                return true;
            }

            watcher.Next = step.Next;
            if (step.Message is { } message)
            {
                watcher.HasNews = true;
                stream.Say(message);
            }

            if (watcher.Next <= _told)
            {
                stream.Behind.Enqueue(watcher);
                return true;
            }

            watcher.IsBehind = false;
            _index.Add(watcher);
            PayProgress(stream);
            return true;
        }
    }

    private static string? Refusal(WatchStream stream, WatchRequest request)
    {
        var range = request.Range;
        if (request.StartRevision < 0) return "etcdserver: mvcc: required revision has been compacted";
        if (range is { IsPoint: false, IsOpen: false } && range.Start.Span.SequenceCompareTo(range.End.Span) >= 0) return "mvcc: watcher range is empty";
        if (request.Id != 0 && stream.Watchers.ContainsKey(request.Id)) return "mvcc: duplicate watch ID provided on the WatchStream";
        return stream.Watchers.Count >= WatchStream.MaxWatchers ? $"a stream has at most {WatchStream.MaxWatchers} watchers" : null;
    }

    private void Tell()
    {
        var view = current();
        if (view.Revision <= _told) return;
        if (_index.Count == 0)
        {
            _told = view.Revision;
            return;
        }

        if (view.Compacted > _told + 1) AllFallBehind();
        else TellFrom(view);
        _told = view.Revision;
        foreach (var stream in _touched) stream.Publish();
        _touched.Clear();
    }

    private void TellFrom(KeySpaceView view)
    {
        var events = view.Events;
        for (var index = events.Seek(_told + 1); index < events.End; index++)
        {
            ref readonly var entry = ref events[index];
            if (entry.Version.ModRevision > view.Revision) break;
            _found.Clear();
            _index.Find(entry.Record.Key, _found);
            foreach (var watcher in _found)
            {
                if (!watcher.Wants(entry)) continue;
                var stream = _streams[watcher];
                _touched.Add(stream);
                if (stream.TryStage(watcher, WatchCatchUp.Describe(view, entry, watcher.WantsPrevious))) watcher.HasNews = true;
                else FallBehind(stream, watcher, entry.Version.ModRevision);
            }
        }
    }

    /// <summary>The store has leapt by a snapshot, past what could have been told.</summary>
    private void AllFallBehind()
    {
        foreach (var (watcher, stream) in _streams)
        {
            if (watcher.IsBehind) continue;
            FallBehind(stream, watcher, Math.Max(watcher.Next, _told + 1));
            _touched.Add(stream);
        }
    }

    private void FallBehind(WatchStream stream, Watcher watcher, long next)
    {
        if (!watcher.IsBehind) _index.Remove(watcher);
        StartBehind(stream, watcher, next);
    }

    private static void StartBehind(WatchStream stream, Watcher watcher, long next)
    {
        watcher.Next = next;
        watcher.IsBehind = true;
        stream.Behind.Enqueue(watcher);
    }

    private void End(WatchStream stream, Watcher watcher)
    {
        stream.Watchers.Remove(watcher.Id);
        _streams.Remove(watcher);
        Volatile.Write(ref _count, _streams.Count);
        if (!watcher.IsBehind) _index.Remove(watcher);
    }

    private void PayProgress(WatchStream stream)
    {
        if (!stream.OwesProgress) return;
        foreach (var watcher in stream.Watchers.Values)
        {
            if (watcher.IsBehind) return;
        }

        stream.OwesProgress = false;
        if (stream.Watchers.Count > 0) stream.Say(new WatchMessage { Kind = WatchMessageKind.Progress, WatchId = WatchMessage.NoWatcher, Revision = _told });
    }
}
