using Skerry.Manifest.Core;

namespace Skerry.Manifest.Driver;

/// <summary>Reads for a watcher that is behind, a bounded piece at a time, without any lock.</summary>
internal static class WatchCatchUp
{
    /// <summary>Events looked at in one step.</summary>
    private const int Step = 16_384;

    /// <param name="Message">What it has to tell, if anything.</param>
    /// <param name="Next">The first revision it has not looked at.</param>
    /// <param name="CompactRevision">The compacted revision, where it can no longer be served; else 0.</param>
    public readonly record struct Piece(WatchMessage? Message, long Next, long CompactRevision);

    public static Piece Read(KeySpaceView view, Watcher watcher)
    {
        if (watcher.Next < view.Compacted) return new Piece(null, watcher.Next, view.Compacted);
        return watcher.Range.IsPoint ? ReadKey(view, watcher) : ReadLog(view, watcher);
    }

    public static WatchEvent Describe(KeySpaceView view, in EventEntry entry, bool wantsPrevious)
    {
        KeyEntry? previous = null;
        // What was before is at the revision before; where that is compacted it is not told, whether or not it is still in memory.
        if (wantsPrevious && entry.Version.Older is { IsDeletion: false } older && entry.Version.ModRevision > view.Compacted) previous = KeyEntry.Of(entry.Record, older);
        return new WatchEvent(entry.Version.IsDeletion, KeyEntry.Of(entry.Record, entry.Version), previous);
    }

    private static Piece ReadLog(KeySpaceView view, Watcher watcher)
    {
        var events = view.Events;
        WatchMessage? message = null;
        var (looked, revision) = (0, watcher.Next);
        for (var index = events.Seek(watcher.Next); index < events.End; index++, looked++)
        {
            ref readonly var entry = ref events[index];
            if (entry.Version.ModRevision > view.Revision) break;
            if (entry.Version.ModRevision != revision && (looked >= Step || message?.Events.Count >= WatchStream.MaxMessage))
                return new Piece(message, entry.Version.ModRevision, 0);
            revision = entry.Version.ModRevision;
            if (!watcher.Range.Contains(entry.Record.Key) || !watcher.Wants(entry)) continue;
            message ??= new WatchMessage { Kind = WatchMessageKind.Events, WatchId = watcher.Id, Request = watcher.Request };
            message.Add(Describe(view, entry, watcher.WantsPrevious));
            message.Revision = revision;
        }

        return Done(view, message);
    }

    /// <summary>Everything up to the view has been told: a client that comes back may go on from there, even if what was told last is compacted by then.</summary>
    private static Piece Done(KeySpaceView view, WatchMessage? message)
    {
        if (message is not null) message.Revision = view.Revision;
        return new Piece(message, view.Revision + 1, 0);
    }

    /// <summary>One key's changes are its states: no need to look at those of others.</summary>
    private static Piece ReadKey(KeySpaceView view, Watcher watcher)
    {
        var record = KeyTree.Find(view.Root, watcher.Range.Start.Span);
        var versions = new List<KeyVersion>();
        for (var version = record?.Head; version is not null && version.ModRevision >= watcher.Next; version = version.Older)
        {
            if (version.ModRevision <= view.Revision) versions.Add(version);
        }

        versions.Reverse();
        WatchMessage? message = null;
        foreach (var version in versions)
        {
            if (message?.Events.Count >= WatchStream.MaxMessage) return new Piece(message, version.ModRevision, 0);
            var entry = new EventEntry(record!, version);
            if (!watcher.Wants(entry)) continue;
            message ??= new WatchMessage { Kind = WatchMessageKind.Events, WatchId = watcher.Id, Request = watcher.Request };
            message.Add(Describe(view, entry, watcher.WantsPrevious));
            message.Revision = version.ModRevision;
        }

        return Done(view, message);
    }
}
