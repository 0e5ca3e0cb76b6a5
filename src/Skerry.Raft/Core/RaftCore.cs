using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>
/// One member of a Raft group, after Ongaro and Ousterhout ("In Search of an Understandable Consensus Algorithm", 2014) and Ongaro's thesis (2014), with
/// pre-vote, check-quorum, leases, joint consensus and observers. What arrives and the time go in; what to do comes out in order. Calls only note what is
/// to be done: <see cref="TryTake"/> puts it together, so that all that came since the last one goes out in as few messages and writes as it can.
/// </summary>
internal sealed partial class RaftCore
{
    private readonly RaftCoreOptions _options;
    private readonly Prng _prng;
    private readonly RaftLog _log;
    private readonly ConfigurationHistory _configurations;
    private readonly Queue<RaftOutput> _outputs = new();
    private readonly Queue<(ulong Index, int Bytes)> _applying = new();
    private SnapshotMeta _snapshot;
    private HardState _state;
    private RaftRole _role;
    private ulong _leader;
    private ulong _commit;
    private ulong _handedOut;
    private long _applyingBytes;
    private (RaftRole Role, ulong Term, ulong Leader) _told;
    private ulong _toldCommitted;
    private Instant _now;
    private Instant _electionAt;
    private Instant _promisedUntil;
    private bool _hasWork = true;

    /// <param name="options">How it behaves.</param>
    /// <param name="start">What is on its disk.</param>
    /// <param name="prng">The only source of chance; of another seed in each life.</param>
    /// <param name="now">When it starts.</param>
    public RaftCore(RaftCoreOptions options, RaftStart start, Prng prng, Instant now)
    {
        Invariant.That(options.Id != 0);
        (_options, _prng, _now, _snapshot) = (options, prng, now, start.Snapshot);
        _commit = _handedOut = Math.Max(_snapshot.Index, start.HandedOut);
        _configurations = new ConfigurationHistory(_snapshot.Index, _snapshot.Configuration);
        _log = new RaftLog(start.Log, _snapshot, options.CacheBytes, Load);
        _readNonce = prng.NextUInt64();
        // Entries may be on disk of a term whose number was not: the crash came between the two.
        _isStateDirty = start.State.Term < _log.LastTerm;
        _state = _isStateDirty ? new HardState(_log.LastTerm, 0) : start.State;
        _resetTo = _log.IsConsistent ? null : _snapshot;
        _told = (RaftRole.Follower, _state.Term, 0);
        // It may have promised a leader its loyalty just before it went down; nobody remembers how long ago.
        _promisedUntil = now + options.ElectionTimeout;
        ResetElectionTimer();
        // Who never had another beside it has promised nobody anything.
        if (IsAlone && _configurations.HasNoVoterBut(Id)) _electionAt = now;
    }

    /// <summary>This member.</summary>
    public ulong Id => _options.Id;

    /// <summary>What it does.</summary>
    public RaftRole Role => _role;

    /// <summary>The latest term it has seen.</summary>
    public ulong Term => _state.Term;

    /// <summary>Who leads in that term; 0: not known.</summary>
    public ulong Leader => _leader;

    /// <summary>Up to where the log is committed, as far as it knows.</summary>
    public ulong CommitIndex => _commit;

    /// <summary>Up to where entries were handed to the state machine.</summary>
    public ulong HandedOut => _handedOut;

    /// <summary>The last entry of its log.</summary>
    public ulong LastIndex => _log.LastIndex;

    /// <summary>The last entry that was compacted away.</summary>
    public ulong BaseIndex => _log.BaseIndex;

    /// <summary>The members in force.</summary>
    public RaftConfiguration Configuration => _configurations.Current;

    /// <summary>Where they stand in the log.</summary>
    public ulong ConfigurationIndex => _configurations.CurrentIndex;

    /// <summary>The newest snapshot.</summary>
    public SnapshotMeta Snapshot => _snapshot;

    /// <summary>When it wants <see cref="Advance"/> next; <see cref="Instant.Never"/>: not before something arrives.</summary>
    public Instant NextDeadline
    {
        get
        {
            var next = _forwarded.Count > 0 ? _forwarded[0].Deadline : Instant.Never;
            if (_role == RaftRole.Leader) return Instant.Min(next, Instant.Min(Instant.Min(_heartbeatAt, _transferUntil), _gatheredAt));
            return MayCampaign ? Instant.Min(next, _electionAt) : next;
        }
    }

    private bool IsLeader => _role == RaftRole.Leader;

    /// <summary>Whether its own voice is a quorum.</summary>
    private bool IsAlone => Configuration.HasQuorum(id => id == Id);

    /// <summary>The term of an entry, where it is known.</summary>
    public bool TryTermAt(ulong index, out ulong term) => _log.TryTermAt(index, out term);

    /// <summary>Takes the next output. When there is none, all that came since is put together first.</summary>
    public bool TryTake(out RaftOutput output)
    {
        if (_outputs.Count == 0 && _hasWork)
        {
            _hasWork = false;
            Flush();
        }

        return _outputs.TryDequeue(out output!);
    }

    /// <summary>Deadlines that have come.</summary>
    public void Advance(Instant now)
    {
        Enter(now);
        ExpireForwardedReads();
        if (IsLeader) AdvanceLeader();
        else if (_electionAt <= now && MayCampaign) Campaign();
    }

    /// <summary>A message has come. Anything that does not fit is dropped: the network may do that too.</summary>
    public void Receive(RaftMessage message, Instant now)
    {
        Enter(now);
        if (message.To != Id || message.From == Id || message.From == 0) return;
        switch (message)
        {
            case PreVote ask:
                OnPreVote(ask);
                return;
            case PreVoteResponse answer:
                OnPreVoteResponse(answer);
                return;
        }

        if (message.Term > Term && !TryAdoptTermOf(message)) return;
        if (message.Term < Term) AnswerFromTheFuture(message);
        else Dispatch(message);
    }

    /// <summary>Commands were applied up to an index.</summary>
    public void Applied(ulong index)
    {
        _hasWork = true;
        while (_applying.TryPeek(out var oldest) && oldest.Index <= index)
        {
            _applying.Dequeue();
            _applyingBytes -= oldest.Bytes;
        }
    }

    private void Enter(Instant now)
    {
        _now = now;
        _hasWork = true;
    }

    private void Dispatch(RaftMessage message)
    {
        switch (message)
        {
            case Append append: OnAppend(append); break;
            case AppendResponse answer: OnAppendResponse(answer); break;
            case Heartbeat heartbeat: OnHeartbeat(heartbeat); break;
            case HeartbeatResponse answer: OnHeartbeatResponse(answer); break;
            case Vote ask: OnVote(ask); break;
            case VoteResponse answer: OnVoteResponse(answer); break;
            case TimeoutNow: OnTimeoutNow(); break;
            case SnapshotChunk chunk: OnSnapshotChunk(chunk); break;
            case SnapshotResponse answer: OnSnapshotResponse(answer); break;
            case ReadRequest ask: OnReadRequest(ask); break;
            case ReadResponse answer: OnReadResponse(answer); break;
        }
    }

    /// <summary>Takes over a higher term.</summary>
    /// <returns>False when the message is to be ignored: a vote wanted while the leader is well is a disturbance (the thesis, 4.2.3).</returns>
    private bool TryAdoptTermOf(RaftMessage message)
    {
        if (message is Vote { IsTransfer: false } && HasFreshLeader) return false;
        BecomeFollower(message.Term, message is Append or Heartbeat or SnapshotChunk or TimeoutNow ? message.From : 0);
        return true;
    }

    /// <summary>The sender's term is over. Told so, an old leader steps down, and a stuck candidate catches up with the term.</summary>
    private void AnswerFromTheFuture(RaftMessage message)
    {
        RaftMessage? answer = message switch
        {
            Append append => new AppendResponse(Id, append.From, Term, IsTaken: false, append.PreviousIndex, 0, 0, 0),
            Heartbeat heartbeat => new HeartbeatResponse(Id, heartbeat.From, Term, 0),
            SnapshotChunk chunk => new SnapshotResponse(Id, chunk.From, Term, chunk.Meta.Index, chunk.Offset, 0, IsInstalled: false),
            Vote vote => new VoteResponse(Id, vote.From, Term, IsGranted: false),
            ReadRequest read => new ReadResponse(Id, read.From, Term, read.Id, 0),
            _ => null,
        };
        if (answer is not null) HoldForState(answer);
    }

    private void BecomeFollower(ulong term, ulong leader)
    {
        Invariant.That(term >= Term);
        if (term > Term)
        {
            _state = new HardState(term, 0);
            _isStateDirty = true;
        }

        if (IsLeader)
        {
            EndLeadership();
            ResetElectionTimer();
        }

        _role = RaftRole.Follower;
        _leader = leader;
        _votes.Clear();
    }

    private void ResetElectionTimer() => _electionAt = _now + _options.ElectionTimeout + _prng.NextDuration(_options.ElectionTimeout);

    private void SetCommit(ulong index)
    {
        if (index <= _commit) return;
        Invariant.That(index <= _log.LastIndex);
        _commit = index;
        // The log has come further than the snapshot that was on its way.
        if (_incoming is { IsWriting: false } incoming && incoming.Meta.Index <= index) DropIncoming();
    }

    private void Load(RaftEntry entry)
    {
        if (entry.Configuration is { } configuration && entry.Index > _snapshot.Index) _configurations.Add(entry.Index, configuration);
    }

    /// <summary>Turns what is to be done into outputs: messages that need not wait go before the write, so that a leader's disk and its peers' work at one time.</summary>
    private void Flush()
    {
        if (IsLeader) FlushLeader();
        FlushPersist();
        FlushApply();
        Tell();
    }

    private void FlushApply()
    {
        while (_handedOut < _commit && _applyingBytes < _options.MaxApplyingBytes)
        {
            var entries = _log.Read(_handedOut + 1, _commit, _options.MaxMessageBytes);
            var bytes = entries.Sum(entry => entry.Size);
            _handedOut = entries[^1].Index;
            _applying.Enqueue((_handedOut, bytes));
            _applyingBytes += bytes;
            _outputs.Enqueue(new ApplyEntries(entries));
        }
    }

    private void Tell()
    {
        if (_told != (_role, Term, _leader))
        {
            _told = (_role, Term, _leader);
            _outputs.Enqueue(new RoleChanged(_role, Term, _leader));
        }

        if (_toldCommitted >= ConfigurationIndex || ConfigurationIndex > _commit) return;
        _toldCommitted = ConfigurationIndex;
        _outputs.Enqueue(new ConfigurationChanged(Configuration, ConfigurationIndex, IsCommitted: true));
    }

    private void Send(RaftMessage message) => _outputs.Enqueue(new SendMessage(message));
}
