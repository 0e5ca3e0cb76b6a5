using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>
/// Gives the core what comes, in rounds: whoever brings something while no round is under way runs one, on his own thread; what others bring meanwhile goes into the next. So a lone
/// command passes from thread to thread as seldom as can be, and many go together.
/// </summary>
internal sealed class CoreLoop : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>
    /// Writes of the log that may be under way before proposals wait for the next: while the disk is busy they gather, so that they cost one message and one flush together. Two, so
    /// that the disk has its next one when a flush ends.
    /// </summary>
    private const ulong MaxWritesUnderWay = 2;

    /// <summary>Bytes of proposals that do not wait all the same, and the most that go in together.</summary>
    private const int MaxGathered = 512 << 10;

    /// <summary>Rounds on the thread of somebody else who has things of his own to do.</summary>
    private const int MaxBorrowedRounds = 2;

    private readonly Lock _gate = new();
    private readonly MonotonicClock _clock;
    private readonly ITimer _timer;
    private readonly IRoundOutputs _outputs;
    private readonly ProposalTable _table;
    private readonly ReadTable _reads;
    private readonly RaftMetrics _metrics;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<RaftProposal> _gathered = new();
    private RaftCore _core;
    private List<object> _inbox = [];
    private List<object> _taken = [];
    private Instant _armed = Instant.Never;
    private ulong _persisted;
    private ulong _persistedSeen;
    private ulong _applied;
    private ulong _appliedSeen;
    private ulong _written;
    private long _gatheredBytes;
    private bool _isDue;
    private bool _isRunning;
    private bool _isClosed;

    public CoreLoop(RaftCore core, MonotonicClock clock, TimeProvider time, IRoundOutputs outputs, ProposalTable table, ReadTable reads, RaftMetrics metrics)
    {
        (_core, _clock, _outputs, _table, _reads, _metrics) = (core, clock, outputs, table, reads, metrics);
        _timer = time.CreateTimer(_ => Wake(static loop => loop._isDue = true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether proposals are refused, since the disk takes nothing.</summary>
    public bool IsDiskFull { get; set; }

    /// <summary>Completes when it is closed and its last round is over.</summary>
    public Task Idle => _idle.Task;

    private bool HasWork => _inbox.Count > 0 || _isDue || _persisted != _persistedSeen || _applied != _appliedSeen;

    /// <summary>A command, to be given to the core in its turn.</summary>
    /// <param name="command">Runs in a round.</param>
    /// <param name="stopped">Runs instead when no round comes any more.</param>
    public void Post(Action<RaftCore, Instant> command, Action? stopped = null)
    {
        if (!TryPost(new LoopCommand(command, stopped))) stopped?.Invoke();
    }

    public void Post(RaftProposal proposal)
    {
        if (!TryPost(proposal)) proposal.Complete(RaftError.Stopped);
    }

    /// <summary>Proposals that came together go into the log together.</summary>
    public void Post(IReadOnlyList<RaftProposal> proposals)
    {
        if (!TryPost(proposals)) Refuse((object)proposals, RaftError.Stopped);
    }

    public void Post(ReadAsk ask)
    {
        if (!TryPost(ask)) ask.TrySetResult(new RaftResult(RaftError.Stopped));
    }

    public void Post(List<RaftMessage> messages) => TryPost(messages);

    /// <summary>Everything up to a sequence number is durable.</summary>
    public void Persisted(ulong sequence)
    {
        lock (_gate)
        {
            _persisted = sequence;
            if (!TryStart()) return;
        }

        Run(MaxBorrowedRounds);
    }

    /// <summary>Entries up to an index are applied.</summary>
    public void Applied(ulong index)
    {
        lock (_gate)
        {
            _applied = index;
            if (!TryStart()) return;
        }

        Run(MaxBorrowedRounds);
    }

    /// <summary>The first round.</summary>
    public void Start() => Wake(static loop => loop._isDue = true);

    /// <summary>Another core takes the place of this one, in a round in which no write is under way; later otherwise.</summary>
    /// <param name="make">Makes it; null: the old one stays.</param>
    /// <param name="stopped">Runs instead when no round comes any more.</param>
    public void Replace(Func<RaftCore, Instant, RaftCore?> make, Action stopped) => Post(
        (core, now) =>
        {
            if (_written != _persistedSeen)
            {
                Replace(make, stopped);
                return;
            }

            if (make(core, now) is not { } next) return;
            lock (_gate) (_core, _written, _persisted, _persistedSeen) = (next, 0, 0, 0);
        },
        stopped);

    /// <summary>No round begins after this; whoever waits for one is told.</summary>
    public void Close()
    {
        List<object> dropped;
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            (dropped, _inbox) = (_inbox, []);
            if (!_isRunning)
            {
                DropGathered();
                _idle.TrySetResult();
            }
        }

        foreach (var item in dropped) Refuse(item, RaftError.Stopped);
    }

    void IThreadPoolWorkItem.Execute() => Run(int.MaxValue);

    public async ValueTask DisposeAsync()
    {
        Close();
        await _timer.DisposeAsync();
        await _idle.Task;
    }

    private static void Refuse(object item, RaftError error)
    {
        if (item is RaftProposal proposal) proposal.Complete(error);
        else if (item is IReadOnlyList<RaftProposal> proposals) foreach (var one in proposals) one.Complete(error);
        else if (item is ReadAsk ask) ask.TrySetResult(new RaftResult(error));
        else if (item is LoopCommand command) command.Stopped?.Invoke();
    }

    private bool TryPost(object item)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _inbox.Add(item);
            if (!TryStart()) return true;
        }

        Run(MaxBorrowedRounds);
        return true;
    }

    private void Wake(Action<CoreLoop> mark)
    {
        lock (_gate)
        {
            mark(this);
            if (!TryStart()) return;
        }

        Run(int.MaxValue);
    }

    private bool TryStart()
    {
        if (_isRunning || _isClosed) return false;
        return _isRunning = true;
    }

    private void DropGathered()
    {
        while (_gathered.TryDequeue(out var proposal)) proposal.Complete(RaftError.Stopped);
    }

    private void Run(int rounds)
    {
        for (; ; rounds--)
        {
            bool isDue;
            lock (_gate)
            {
                if (_isClosed || !HasWork)
                {
                    _isRunning = false;
                    if (!_isClosed) return;
                    DropGathered();
                    _idle.TrySetResult();
                    return;
                }

                if (rounds <= 0) break;
                (_inbox, _taken) = (_taken, _inbox);
                (isDue, _isDue) = (_isDue, false);
            }

            try
            {
                Round(isDue);
            }
            catch (Exception broken)
            {
                Close();
                foreach (var item in _taken) Refuse(item, RaftError.Stopped);
                _outputs.Failed(broken);
            }

            _taken.Clear();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Round(bool isDue)
    {
        var now = _clock.Now;
        TakeProgress(now);
        List<ReadAsk>? reads = null;
        foreach (var item in _taken)
        {
            switch (item)
            {
                case List<RaftMessage> messages:
                    foreach (var message in messages) _core.Receive(message, now);
                    break;
                case RaftProposal proposal:
                    Gather(proposal);
                    break;
                case IReadOnlyList<RaftProposal> proposals:
                    foreach (var one in proposals) Gather(one);
                    break;
                case ReadAsk ask:
                    (reads ??= []).Add(ask);
                    break;
                case LoopCommand command:
                    command.Run(_core, now);
                    break;
            }
        }

        if (isDue || _core.NextDeadline <= now) _core.Advance(now);
        Propose(now);
        if (reads is not null) Read(reads, now);
        while (_core.TryTake(out var output))
        {
            if (output is Persist persist) _written = persist.Sequence;
            _outputs.Do(output);
        }

        _outputs.EndRound(_core, now);
        Arm(isDue);
    }

    private void Gather(RaftProposal proposal)
    {
        _gathered.Enqueue(proposal);
        _gatheredBytes += proposal.Command.Length;
    }

    private void TakeProgress(Instant now)
    {
        ulong persisted;
        ulong applied;
        lock (_gate) (persisted, applied) = (_persisted, _applied);
        if (persisted != _persistedSeen)
        {
            _persistedSeen = persisted;
            _core.Persisted(persisted, now);
        }

        if (applied == _appliedSeen) return;
        _appliedSeen = applied;
        _core.Applied(applied);
    }

    private void Propose(Instant now)
    {
        while (_gathered.Count > 0 && (_core.Role != RaftRole.Leader || IsDiskFull || _written - _persistedSeen < MaxWritesUnderWay || _gatheredBytes >= MaxGathered))
        {
            var batch = new List<RaftProposal>(_gathered.Count);
            var bytes = 0L;
            while (bytes < MaxGathered && _gathered.TryDequeue(out var proposal))
            {
                batch.Add(proposal);
                bytes += proposal.Command.Length;
            }

            _gatheredBytes -= bytes;
            if (IsDiskFull) Refuse(batch, RaftError.DiskFull);
            else Propose(batch, now);
        }
    }

    private void Propose(List<RaftProposal> batch, Instant now)
    {
        var result = _core.Propose(batch.ConvertAll(proposal => proposal.Command), now);
        if (!result.IsTaken)
        {
            Refuse(batch, result.Refusal.ToError());
            return;
        }

        _table.Add(batch, result.Index, result.Term);
        _metrics.Proposed(batch.Count);
    }

    private void Refuse(List<RaftProposal> batch, RaftError error)
    {
        _metrics.Refused(batch.Count, error);
        foreach (var proposal in batch) proposal.Complete(error);
    }

    private void Read(List<ReadAsk> reads, Instant now)
    {
        foreach (var mode in (ReadOnlySpan<ReadMode>)[ReadMode.Quorum, ReadMode.Lease])
        {
            var asks = reads.FindAll(ask => ask.Mode == mode);
            if (asks.Count == 0) continue;
            var id = _reads.Add(asks);
            var refusal = _core.ReadIndex(id, mode, now);
            if (refusal != Refusal.None) _reads.Refused(id, refusal);
        }
    }

    /// <summary>A deadline mostly moves away, with each heartbeat: the timer is set anew only when one comes nearer, and looks again when it was early.</summary>
    private void Arm(bool isDue)
    {
        if (isDue) _armed = Instant.Never;
        var next = _core.NextDeadline;
        if (next >= _armed) return;
        _armed = next;
        var wait = Math.Clamp(Math.Ceiling((next - _clock.Now).TotalMilliseconds), 0, TimeSpan.FromDays(30).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
