using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

/// <summary>A core with a disk in memory, driven by hand: what it wants sent and applied is collected, what it writes is durable at once, unless held.</summary>
internal sealed class TestPeer : ILogView
{
    private readonly List<RaftEntry> _durable = [];
    private readonly Queue<Persist> _written = new();
    private readonly RaftCoreOptions _options;
    private HardState _state;
    private ulong _first = 1;

    public TestPeer(RaftCoreOptions options, IEnumerable<RaftEntry> log, HardState state, Instant now)
    {
        (_options, _state) = (options, state);
        _durable.AddRange(log);
        Core = Create(now);
        Drain(now);
    }

    public RaftCore Core { get; private set; }

    public ulong Id => _options.Id;

    public RaftRole Role => Core.Role;

    /// <summary>Whether writes wait for <see cref="Flush"/>.</summary>
    public bool HoldsDisk { get; set; }

    /// <summary>Whether parts of snapshots wait to be read and written until told.</summary>
    public bool HoldsSnapshots { get; set; }

    public Queue<RaftMessage> Outbox { get; } = new();

    public List<RaftEntry> Applied { get; } = [];

    public List<RaftOutput> Outputs { get; } = [];

    public SnapshotMeta Snapshot { get; private set; } = SnapshotMeta.None;

    /// <summary>What a snapshot of this peer consists of.</summary>
    public byte[] SnapshotBytes { get; set; } = [];

    public List<byte> Incoming { get; } = [];

    public HardState State => _state;

    public IReadOnlyList<RaftEntry> Durable => _durable;

    public ulong FirstIndex => _first;

    public ulong LastIndex => _first + (ulong)_durable.Count - 1;

    public RaftEntry Read(ulong index) => _durable[(int)(index - _first)];

    /// <summary>Terms of the log, as the core holds it, from index 1 on.</summary>
    public ulong[] Terms() => [.. Enumerable.Range(1, (int)Core.LastIndex).Select(index =>
    {
        Core.TryTermAt((ulong)index, out var term);
        return term;
    })];

    public IEnumerable<string> Commands() => Applied.Where(entry => entry.Kind == EntryKind.Command).Select(entry => System.Text.Encoding.UTF8.GetString(entry.Data.Span));

    public CommandResult Propose(Instant now, params string[] commands)
    {
        var result = Core.Propose([.. commands.Select(command => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(command))], now);
        Drain(now);
        return result;
    }

    public T Do<T>(Func<RaftCore, T> command, Instant now)
    {
        var result = command(Core);
        Drain(now);
        return result;
    }

    public void Do(Action<RaftCore> command, Instant now)
    {
        command(Core);
        Drain(now);
    }

    /// <summary>Makes all that is written durable.</summary>
    public void Flush(Instant now)
    {
        var last = 0UL;
        while (_written.TryDequeue(out var persist)) last = Put(persist);
        if (last != 0) Core.Persisted(last, now);
        Drain(now);
    }

    /// <summary>The process ends and starts again, with what was durable.</summary>
    public void Restart(Instant now)
    {
        _written.Clear();
        Outbox.Clear();
        Applied.RemoveAll(entry => entry.Index > Snapshot.Index);
        Core = Create(now);
        Drain(now);
    }

    /// <summary>Takes a snapshot of what is applied.</summary>
    public void TakeSnapshot(Instant now, ulong trailing = 0)
    {
        var meta = Core.Describe(Applied[^1].Index);
        Snapshot = meta;
        Core.SnapshotTaken(meta, meta.Index > trailing ? meta.Index - trailing : 0);
        Drain(now);
    }

    public void Drain(Instant now)
    {
        while (Core.TryTake(out var output))
        {
            Outputs.Add(output);
            switch (output)
            {
                case SendMessage send:
                    Outbox.Enqueue(send.Message);
                    break;
                case Persist persist when HoldsDisk:
                    _written.Enqueue(persist);
                    break;
                case Persist persist:
                    Core.Persisted(Put(persist), now);
                    break;
                case ApplyEntries apply:
                    Applied.AddRange(apply.Entries);
                    Core.Applied(apply.Entries[^1].Index);
                    break;
                case CompactLog compact:
                    _durable.RemoveRange(0, (int)(compact.Index + 1 - _first));
                    _first = compact.Index + 1;
                    break;
                case ReadSnapshot read when !HoldsSnapshots:
                    AnswerRead(read, now);
                    break;
                case WriteSnapshot write when !HoldsSnapshots:
                    AnswerWrite(write, now);
                    break;
                case RestoreSnapshot restore:
                    (Snapshot, SnapshotBytes) = (restore.Meta, [.. Incoming]);
                    break;
            }
        }
    }

    public void AnswerRead(ReadSnapshot read, Instant now)
    {
        var part = SnapshotBytes.AsMemory((int)read.Offset);
        var isLast = part.Length <= read.MaxBytes;
        Core.SnapshotRead(read.Peer, read.Index, read.Offset, isLast ? part : part[..read.MaxBytes], isLast, now);
    }

    public void AnswerWrite(WriteSnapshot write, Instant now)
    {
        if (write.Offset == 0) Incoming.Clear();
        Incoming.AddRange(write.Data.Span);
        Core.SnapshotWritten(write.Ticket, now);
    }

    private RaftCore Create(Instant now) => new(_options, new RaftStart(_state, Snapshot, this), new Prng(_options.Id + (ulong)now.Ticks), now);

    private ulong Put(Persist persist)
    {
        if (persist.Reset is { } reset)
        {
            _durable.Clear();
            _first = reset.Index + 1;
        }

        foreach (var entry in persist.Entries)
        {
            _durable.RemoveRange((int)(entry.Index - _first), _durable.Count - (int)(entry.Index - _first));
            _durable.Add(entry);
        }

        _state = persist.State ?? _state;
        return persist.Sequence;
    }
}
