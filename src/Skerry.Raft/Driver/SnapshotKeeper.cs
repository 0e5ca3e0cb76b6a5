using System.Buffers.Binary;

using Microsoft.Extensions.Logging;

using Skerry.Primitives;
using Skerry.Raft.Core;
using Skerry.Raft.Wire;
using Skerry.Storage;

namespace Skerry.Raft.Driver;

/// <summary>
/// Snapshots on disk: this node's own, written while commands go on; those that come from a leader, part by part; and the parts that peers are sent. In the file stands what the
/// snapshot is for (its length u32 LE, <c>SnapshotMetaBody</c>), then the state machine's bytes.
/// </summary>
internal sealed class SnapshotKeeper : IAsyncDisposable
{
    private const int MaxMeta = 1 << 20;

    /// <summary>How long a snapshot that found no room to come to waits before it comes again from its beginning.</summary>
    private static readonly TimeSpan RoomPause = TimeSpan.FromSeconds(2);

    private readonly SnapshotStore _store;
    private readonly RaftOptions _options;
    private readonly RaftMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Action<Exception> _failed;
    private readonly SerialQueue<RaftOutput> _transfers;
    private readonly Dictionary<ulong, SnapshotSender> _senders = [];
    private readonly BackgroundTasks _tasks = new();
    private SnapshotWriteStream? _incoming;
    private readonly Lock _gate = new();
    private long _length;
    private bool _isWriting;
    private bool _isWantedAgain;

    public SnapshotKeeper(SnapshotStore store, RaftOptions options, RaftMetrics metrics, ILogger logger, TimeProvider time, Action<Exception> failed)
    {
        (_store, _options, _metrics, _logger, _time, _failed) = (store, options, metrics, logger, time, failed);
        _transfers = new SerialQueue<RaftOutput>(Handle, failed);
    }

    /// <summary>Bytes of the newest snapshot written since the start; 0: none yet.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Gives the core a command.</summary>
    public required Action<Action<RaftCore, Instant>, Action?> Post { get; init; }

    /// <summary>Asks for a new snapshot: the newest cannot be read, or does not hold what it was to.</summary>
    public required Action Renew { get; init; }

    /// <summary>Restores the newest snapshot that can be read and that the log goes on from.</summary>
    /// <returns>What it stands for; <see cref="SnapshotMeta.None"/> when there is none.</returns>
    /// <exception cref="StorageException">There are some, and none can be read without losing entries.</exception>
    public static SnapshotMeta RestoreNewest(SnapshotStore store, IStateMachine machine, WriteAheadLog log, ILogger logger, string group)
    {
        foreach (var snapshot in store.List().Reverse())
        {
            try
            {
                using var source = Open(store, snapshot, out var meta);
                machine.Restore(meta.Index, source);
                RaftLog.Restored(logger, group, meta.Index);
                return meta;
            }
            catch (StorageException damaged)
            {
                var isReplaceable = store.List() is var all && log.FirstIndex <= (all.Count > 1 ? all[^2].Index : 0) + 1;
                if (!isReplaceable) throw;
                RaftLog.SnapshotDamaged(logger, group, snapshot.Index, store.SetAside(snapshot), damaged.Message);
            }
        }

        if (log.FirstIndex == 1) return SnapshotMeta.None;
        throw new StorageException($"The log begins with entry {log.FirstIndex}, and the snapshot of what was before it is missing. Let this node join again as a new server.");
    }

    /// <summary>A snapshot's bytes for the state machine.</summary>
    public Stream Open(SnapshotMeta meta) => Open(_store, new Snapshot(meta.Index, meta.Term), out _);

    /// <summary><see cref="ReadSnapshot"/>, <see cref="WriteSnapshot"/> or <see cref="DropSnapshot"/>.</summary>
    public void Add(RaftOutput work) => _transfers.Add(work);

    /// <summary>Begins to write a snapshot of this node's own.</summary>
    /// <param name="index">The last entry in it.</param>
    /// <param name="take">Takes it.</param>
    /// <param name="isAsked">Whether somebody has asked for it: when one is being written, <see cref="Renew"/> comes after that one.</param>
    /// <returns>False when one is being written.</returns>
    public bool TryTake(ulong index, Func<IRaftSnapshot> take, bool isAsked)
    {
        lock (_gate)
        {
            if (_isWriting)
            {
                _isWantedAgain |= isAsked;
                return false;
            }

            _isWriting = true;
        }

        var snapshot = take();
        Post(
            (core, _) =>
            {
                if (index <= core.Snapshot.Index || _incoming is not null || !TryWrite(core.Describe(index), snapshot)) GiveUp(snapshot);
            },
            () => GiveUp(snapshot));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _transfers.DisposeAsync();
        await _tasks.DisposeAsync();
        await (_incoming?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var sender in _senders.Values) sender.Dispose();
    }

    private static Stream Open(SnapshotStore store, Snapshot snapshot, out SnapshotMeta meta)
    {
        var stream = store.OpenRead(snapshot);
        try
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            stream.ReadExactly(length);
            var size = BinaryPrimitives.ReadInt32LittleEndian(length);
            if (size is > 0 and <= MaxMeta)
            {
                var bytes = new byte[size];
                stream.ReadExactly(bytes);
                if (EntryCodec.TryDecodeMeta(bytes, out meta!) && meta.Index == snapshot.Index && meta.Term == snapshot.Term) return stream;
            }

            throw new StorageException($"The snapshot of entry {snapshot.Index} does not say what it stands for.");
        }
        catch (EndOfStreamException)
        {
            stream.Dispose();
            throw new StorageException($"The snapshot of entry {snapshot.Index} ends before it begins.");
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static void WriteMeta(Stream target, SnapshotMeta meta)
    {
        var bytes = EntryCodec.Encode(meta);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        target.Write(length);
        target.Write(bytes);
    }

    private void GiveUp(IRaftSnapshot snapshot)
    {
        snapshot.Dispose();
        lock (_gate)
        {
            _isWriting = false;
            if (!_isWantedAgain) return;
            _isWantedAgain = false;
        }

        Renew();
    }

    private bool TryWrite(SnapshotMeta meta, IRaftSnapshot snapshot) => _tasks.Launch(_ =>
    {
        try
        {
            using (var target = _store.Create(new Snapshot(meta.Index, meta.Term)))
            {
                WriteMeta(target, meta);
                snapshot.WriteTo(target);
                target.Complete();
                Volatile.Write(ref _length, target.Length);
                RaftLog.SnapshotTaken(_logger, _options.Group, meta.Index, target.Length);
            }

            _metrics.Snapshot("taken");
            _store.DeleteBefore(new Snapshot(meta.Index, meta.Term));
            var trailing = (ulong)_options.TrailingEntries;
            Post((core, _) => core.SnapshotTaken(meta, meta.Index > trailing ? meta.Index - trailing : 0), null);
        }
        catch (Exception refused) when (refused is StorageException or IOException)
        {
            RaftLog.SnapshotFailed(_logger, _options.Group, meta.Index, refused.Message);
        }
        catch (Exception broken)
        {
            _failed(broken);
        }
        finally
        {
            GiveUp(snapshot);
        }

        return Task.CompletedTask;
    });

    private void Handle(RaftOutput work)
    {
        switch (work)
        {
            case ReadSnapshot read: Read(read); break;
            case WriteSnapshot write: Write(write); break;
            case DropSnapshot drop: Drop(drop.Meta); break;
            case RestoreSnapshot restore: _store.DeleteBefore(new Snapshot(restore.Meta.Index, restore.Meta.Term)); break;
        }
    }

    private void Read(ReadSnapshot read)
    {
        if (_senders.TryGetValue(read.Peer, out var sender) && sender.Index != read.Index)
        {
            sender.Dispose();
            _senders.Remove(read.Peer);
            sender = null;
        }

        try
        {
            if (sender is null)
            {
                var snapshot = _store.List().FirstOrDefault(snapshot => snapshot.Index == read.Index);
                if (snapshot == default)
                {
                    Post((core, now) => core.SnapshotGone(read.Peer, read.Index, now), null);
                    return;
                }

                _metrics.Snapshot("sent");
                _senders[read.Peer] = sender = new SnapshotSender(read.Index, () => Open(_store, snapshot, out var _));
            }

            var data = sender.Read(read.Offset, read.MaxBytes, out var isLast);
            Post((core, now) => core.SnapshotRead(read.Peer, read.Index, read.Offset, data, isLast, now), null);
        }
        catch (StorageException damaged)
        {
            _senders.Remove(read.Peer);
            sender?.Dispose();
            if (_store.List().FirstOrDefault(snapshot => snapshot.Index == read.Index) is { Index: > 0 } found)
                RaftLog.SnapshotDamaged(_logger, _options.Group, read.Index, _store.SetAside(found), damaged.Message);
            Renew();
        }
    }

    private void Write(WriteSnapshot write)
    {
        try
        {
            if (write.Offset == 0)
            {
                _incoming?.Dispose();
                _incoming = _store.Create(new Snapshot(write.Meta.Index, write.Meta.Term));
                WriteMeta(_incoming, write.Meta);
            }

            _incoming!.Write(write.Data.Span);
            if (write.IsLast)
            {
                _incoming.Complete();
                _incoming = null;
            }

            Post((core, now) => core.SnapshotWritten(write.Ticket, now), null);
        }
        catch (StorageException full) when (full.IsFull)
        {
            RaftLog.SnapshotFailed(_logger, _options.Group, write.Meta.Index, full.Message);
            _incoming?.Dispose();
            _incoming = null;
            _tasks.Launch(async stopping =>
            {
                await Task.Delay(RoomPause, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Post((core, _) => core.SnapshotFailed(write.Ticket), null);
            });
        }
    }

    private void Drop(SnapshotMeta meta)
    {
        _incoming?.Dispose();
        _incoming = null;
        _store.Delete(new Snapshot(meta.Index, meta.Term));
    }
}
