using System.Buffers.Binary;

using Skerry.Primitives;
using Skerry.Raft.Core;
using Skerry.Raft.Wire;
using Skerry.Simulation.Disk;
using Skerry.Storage;

namespace Skerry.Simulation;

/// <summary>
/// The product's log and snapshots on a disk that tears, reorders, runs full and fails. The machine may die in any call to it, so at every instruction that
/// persists.
/// </summary>
/// <param name="random">Decides what the disk does, and when the machine dies.</param>
/// <param name="deathShare">Probability that it dies in the course of a flush, a snapshot or a start, now.</param>
internal sealed class RaftFiles(Prng random, Func<double> deathShare)
{
    private const string Identity = "group/node";

    private readonly SimulatedDisk _disk = new(random.Fork());
    private readonly WriteAheadLogOptions _options = new() { SegmentSize = 4096 << random.Next(4) };
    private WriteAheadLog? _log;

    /// <summary>Whether there is no room.</summary>
    public bool IsFull
    {
        get => _disk.IsFull;
        set => _disk.IsFull = value;
    }

    private WriteAheadLog Log => _log ?? throw new InvariantException("The log is not open");

    private SnapshotStore Snapshots => new(_disk, Identity);

    /// <summary>The next flush of a file fails.</summary>
    public void FailNextFlush() => _disk.FailsNextFlush = true;

    /// <summary>Opens the log.</summary>
    /// <returns>False when the machine died meanwhile.</returns>
    public bool Open() => Guard(() => _log = WriteAheadLog.Open(_disk, Identity, _options)) == DiskOutcome.Done;

    public RaftEntry Read(ulong index)
    {
        Invariant.That(EntryCodec.TryDecodeEntry(index, Log.Read(index), out var entry));
        return entry;
    }

    /// <summary>All that the log holds.</summary>
    public (ulong First, List<RaftEntry> Entries, HardState State) ReadAll(ulong id)
    {
        var entries = new List<RaftEntry>();
        for (var index = Log.FirstIndex; index <= Log.LastIndex; index++) entries.Add(Read(index));
        if (Log.State.IsEmpty) return (Log.FirstIndex, entries, default);
        Invariant.That(EntryCodec.TryDecodeState(Log.State.Span, out var owner, out var state) && owner == id);
        return (Log.FirstIndex, entries, state);
    }

    /// <summary>The newest snapshot; null when there is none.</summary>
    public (SnapshotMeta Meta, byte[] Bytes)? ReadSnapshot()
    {
        if (Snapshots.List() is not [.., var newest]) return null;
        using var stream = Snapshots.OpenRead(newest);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var bytes = memory.ToArray();
        var head = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        Invariant.That(EntryCodec.TryDecodeMeta(bytes.AsSpan(4, head), out var meta));
        return (meta, bytes[(4 + head)..]);
    }

    /// <summary>Writes records and flushes them.</summary>
    /// <param name="id">Whose disk it is.</param>
    /// <param name="records">The records.</param>
    /// <param name="taken">How many of them the log has taken.</param>
    public DiskOutcome Flush(ulong id, IEnumerable<RaftRecord> records, out int taken)
    {
        var count = 0;
        var outcome = Guard(() =>
        {
            foreach (var record in records.ToArray())
            {
                Put(id, record);
                count++;
            }

            Log.Flush();
        });
        taken = count;
        return outcome;
    }

    /// <summary>Puts a snapshot in its place, durably, and deletes the ones before it.</summary>
    public DiskOutcome WriteSnapshot(SnapshotMeta meta, byte[] bytes) => Guard(() =>
    {
        var head = EntryCodec.Encode(meta);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, head.Length);
        var snapshot = new Snapshot(meta.Index, meta.Term);
        using (var stream = Snapshots.Create(snapshot))
        {
            stream.Write(length);
            stream.Write(head);
            stream.Write(bytes);
            stream.Complete();
        }

        Snapshots.DeleteBefore(snapshot);
    });

    /// <summary>The process ends, half of the time with its machine: some of what it was about to write is under way.</summary>
    public void Crash(ulong id, IEnumerable<RaftRecord> records)
    {
        if (_log is not null)
        {
            Guard(() =>
            {
                foreach (var record in records.ToArray()) Put(id, record);
                Log.Write();
            });
        }

        if (random.Chance(0.5)) _disk.Crash();
        _log?.Dispose();
        _log = null;
        _disk.FailsNextFlush = false;
    }

    /// <summary>A bit flips on the disk of a machine that is down.</summary>
    /// <param name="id">Whose disk it is.</param>
    /// <returns>Where; null: there is nothing on it. And whether what is on it is refused: whoever runs the machine gives it another disk then. Else the bit was of no consequence.</returns>
    public (string? Where, bool IsRefused) Flip(ulong id)
    {
        Invariant.That(_log is null);
        _disk.Crash();
        if (_disk.List().Count == 0) return (null, false);
        var where = _disk.FlipBit();
        try
        {
            _log = WriteAheadLog.Open(_disk, Identity, _options);
            ReadAll(id);
            ReadSnapshot();
            return (where, false);
        }
        catch (StorageException)
        {
            return (where, true);
        }
        finally
        {
            _log?.Dispose();
            _log = null;
        }
    }

    private void Put(ulong id, RaftRecord record)
    {
        switch (record.Kind)
        {
            case RaftRecordKind.Reset: Log.Reset(record.Index); break;
            case RaftRecordKind.Entry: Log.Append(record.Index, EntryCodec.Encode(record.Entry!)); break;
            case RaftRecordKind.State: Log.SetState(EntryCodec.Encode(id, record.State)); break;
            case RaftRecordKind.Compact: Log.CompactTo(record.Index); break;
        }
    }

    private DiskOutcome Guard(Action call)
    {
        if (deathShare() is > 0 and var share && random.Chance(share)) _disk.CallsLeft = random.Next(12);
        try
        {
            call();
            _disk.CallsLeft = null;
            return DiskOutcome.Done;
        }
        catch (SimulatedCrash)
        {
            _disk.Crash();
            _log?.Dispose();
            _log = null;
            return DiskOutcome.Dead;
        }
        catch (StorageException refused) when (refused.IsFull)
        {
            return DiskOutcome.Full;
        }
        catch (StorageException)
        {
            return DiskOutcome.Dead;
        }
    }
}
