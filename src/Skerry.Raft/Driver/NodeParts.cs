using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;

using Microsoft.Extensions.Logging;

using Skerry.Primitives;
using Skerry.Raft.Core;
using Skerry.Raft.Wire;
using Skerry.Storage;

namespace Skerry.Raft.Driver;

/// <summary>What a node is made of, and how its parts know each other.</summary>
internal sealed class NodeParts : IAsyncDisposable
{
    private readonly MonotonicClock _clock;
    private readonly WriteAheadLog _log;
    private readonly LogView _view;
    private readonly ReadTable _reads = new();
    private RaftCoreOptions _coreOptions;
    private ulong _id;
    private readonly IncomingLinks _incoming;
    private readonly SerialQueue<RaftStatus> _news;
    private bool _isDisposed;

    [SuppressMessage("Reliability", "CA2000", Justification = "DisposeAsync ends every part.")]
    public NodeParts(
        RaftOptions options, IStateMachine machine, IRaftTransport transport, IStorageDirectory directory, TimeProvider time, ILogger logger, IMeterFactory meters,
        Action<RaftStatus> changed)
    {
        Options = options;
        _clock = new MonotonicClock(time);
        var identity = $"{options.Group}/{options.Node}";
        if (directory.IsUnsafe) RaftLog.Unsafe(logger, options.Group, directory.Name);
        _log = WriteAheadLog.Open(directory, identity, new WriteAheadLogOptions { SegmentSize = options.SegmentSize });
        if (_log.Recovery is { Cut: { } cut, CutBytes: var bytes }) RaftLog.TailCut(logger, options.Group, cut, bytes);
        var store = new SnapshotStore(directory, identity);
        _view = new LogView(_log);
        SnapshotMeta snapshot;
        HardState state;
        try
        {
            _id = ReadState(_log, out state);
            store.DeleteBefore(default, unfinished: true);
            snapshot = SnapshotKeeper.RestoreNewest(store, machine, _log, logger, options.Group);
        }
        catch
        {
            _log.Dispose();
            throw;
        }

        _coreOptions = new RaftCoreOptions
        {
            Id = Id,
            ElectionTimeout = options.ElectionTimeout,
            HeartbeatInterval = options.HeartbeatInterval,
            ObserverInterval = options.ObserverInterval,
            MaxObserverInterval = options.MaxObserverInterval,
            MaxCommandBytes = options.MaxCommandBytes,
            // What lives for a second and then dies is what a generational collector is worst at: with four times this, pauses made p99 with 1000 writers three times as long.
            CacheBytes = 4 << 20,
        };
        var core = MakeCore(state, snapshot);
        var proposals = new ProposalTable();
        var reads = _reads;
        RoundOutputs? outputs = null;
        var metrics = new RaftMetrics(meters, options.Group, () => outputs?.Status);
        CoreLoop? loop = null;
        Applier? applier = null;
        SnapshotKeeper? snapshots = null;
        void Failed(Exception error) => outputs!.Failed(error);
        _news = new SerialQueue<RaftStatus>(changed, Failed);
        snapshots = new SnapshotKeeper(store, options, metrics, logger, time, Failed) { Post = (command, stopped) => loop!.Post(command, stopped), Renew = () => applier!.Add(new TakeSnapshot()) };
        applier = new Applier(machine, snapshot.Index, proposals, reads, metrics, options.SnapshotBytes, Failed)
        {
            Applied = index => loop!.Applied(index),
            TrySnapshot = snapshots.TryTake,
            SnapshotLength = () => snapshots.Length,
            OpenSnapshot = snapshots.Open,
            Restored = meta =>
            {
                metrics.Snapshot("restored");
                RaftLog.Restored(logger, options.Group, meta.Index);
            },
        };
        var links = new PeerLinks(transport, time, metrics, logger, options.Group);
        outputs = new RoundOutputs(options, proposals, reads, metrics, logger) { View = _view, Applier = applier, Snapshots = snapshots, Links = links, Changed = _news.Add };
        outputs.Loop = loop = new CoreLoop(core, _clock, time, outputs, proposals, reads, metrics);
        outputs.Log = new LogWriter(_log, _view, Id, options.Node, outputs, metrics);
        _incoming = new IncomingLinks(transport, links, loop.Post, metrics, logger, options.Group, Failed);
        (Outputs, Loop, Applier) = (outputs, loop, applier);
        RaftLog.Opened(logger, options.Group, Id, directory.Name, _log.FirstIndex, _log.LastIndex, core.Term, snapshot.Index);
    }

    public RaftOptions Options { get; }

    public ulong Id => Volatile.Read(ref _id);

    public RoundOutputs Outputs { get; }

    public CoreLoop Loop { get; }

    public Applier Applier { get; }

    public void Start()
    {
        Outputs.Log.Start();
        Loop.Start();
        _incoming.Start();
    }

    /// <summary>The founding entry goes to the log as it is, and a core begins with it.</summary>
    public Task<RaftError> FoundAsync(IReadOnlyList<RaftMember> founders)
    {
        var done = NewAnswer();
        Loop.Replace(
            (core, now) =>
            {
                if (core.LastIndex > 0 || core.Snapshot.Index > 0)
                {
                    done.TrySetResult(RaftError.AlreadyMember);
                    return null;
                }

                lock (_view.Gate)
                {
                    // A term that was seen, and a vote in it, stay.
                    EntryCodec.TryDecodeState(_log.State.Span, out _, out var state);
                    if (state.Term == 0) state = new HardState(1, 0);
                    _log.Append(1, EntryCodec.Encode(RaftEntry.Founding(founders)));
                    _log.SetState(EntryCodec.Encode(Id, state));
                    _log.Flush();
                    done.TrySetResult(RaftError.None);
                    return MakeCore(state, SnapshotMeta.None);
                }
            },
            () => done.TrySetResult(RaftError.Stopped));
        return done.Task;
    }

    /// <summary>
    /// The log stays, all of it, and a core begins with it that is a new member, and the only one: an entry says so, in a term of its own. No message for the member that this was is for the new one,
    /// so that others, should they be there yet, are another group from here on.
    /// </summary>
    public Task<RaftError> RecoverAsync()
    {
        var done = NewAnswer();
        Loop.Replace(
            (core, now) =>
            {
                var refusal = core.LastIndex == 0 ? RaftError.UnknownMember : core.Leader != 0 ? RaftError.NoChange : RaftError.None;
                done.TrySetResult(refusal);
                return refusal == RaftError.None ? BeginAlone(core) : null;
            },
            () => done.TrySetResult(RaftError.Stopped));
        return done.Task;
    }

    public Task<RaftError> ChangeMembersAsync(IReadOnlyList<MemberChange> changes) => CommandAsync((core, now, done) =>
    {
        var result = core.ChangeMembers(changes, alwaysJoint: false, now);
        if (result.IsTaken) Outputs.Await(result.Index, done);
        else done.TrySetResult(result.Refusal.ToError());
    });

    public Task<RaftError> TransferAsync(ulong id) => CommandAsync((core, now, done) =>
    {
        var refusal = core.TransferTo(id, now);
        if (refusal == Refusal.None) Outputs.AwaitTransfer(id, done);
        else done.TrySetResult(refusal.ToError());
    });

    /// <summary>What brings something ends first, what it is brought to last.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        await _incoming.DisposeAsync();
        await Loop.DisposeAsync();
        await Outputs.Applier.DisposeAsync();
        await Outputs.Snapshots.DisposeAsync();
        Outputs.Log.Dispose();
        await Outputs.Links.DisposeAsync();
        await Outputs.StopAsync();
        await _news.DisposeAsync();
        _log.Dispose();
    }

    private static TaskCompletionSource<RaftError> NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A directory without an id is new, or was wiped: it gets one that nobody has heard of, so that it never votes for the one it may have been.</summary>
    private static ulong ReadState(WriteAheadLog log, out HardState state)
    {
        if (EntryCodec.TryDecodeState(log.State.Span, out var id, out state)) return id;
        if (log.LastIndex > 0 || !log.State.IsEmpty) throw new StorageException("The log has no readable term and vote: it was written by a newer version.");
        id = NewId();
        log.SetState(EntryCodec.Encode(id, state));
        log.Flush();
        return id;
    }

    private RaftCore BeginAlone(RaftCore core)
    {
        var (id, state) = (NewId(), new HardState(core.Term + 1, 0));
        lock (_view.Gate)
        {
            _log.Append(core.LastIndex + 1, EntryCodec.Encode(RaftEntry.Change(core.LastIndex + 1, state.Term, new RaftConfiguration([new RaftMember(id, Options.Node, MemberRole.Voter)]))));
            _log.SetState(EntryCodec.Encode(id, state));
            _log.Flush();
            Outputs.Log.Id = id;
        }

        Volatile.Write(ref _id, id);
        _coreOptions = _coreOptions with { Id = id };
        _reads.Lost();
        return MakeCore(state, core.Snapshot, core.HandedOut);
    }

    private static ulong NewId()
    {
        var id = 0UL;
        while (id == 0) id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        return id;
    }

    private RaftCore MakeCore(HardState state, SnapshotMeta snapshot, ulong handedOut = 0)
    {
        var seed = Options.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        return new RaftCore(_coreOptions, new RaftStart(state, snapshot, _view, handedOut), new Prng(seed), _clock.Now);
    }

    private Task<RaftError> CommandAsync(Action<RaftCore, Instant, TaskCompletionSource<RaftError>> command)
    {
        var done = NewAnswer();
        Loop.Post((core, now) => command(core, now, done), () => done.TrySetResult(RaftError.Stopped));
        return done.Task;
    }
}
