using Microsoft.Extensions.Logging;

using Skerry.Primitives;

namespace Skerry.Catalog.Checks;

/// <summary>
/// Runs this node's checks and holds what they say. One timer serves them all; runs go on beside it, so many at a time and no more. The methods are called
/// under the registry's lock, which the timer and finished runs take too.
/// </summary>
internal sealed class CheckKeeper : IAsyncDisposable
{
    /// <summary>Runs under way at a time; more wait for one to end. Enough for a thousand checks that all hang for half their interval.</summary>
    private const int MaxRunning = 512;

    /// <summary>The first run comes within this, so that a new service is not critical for long.</summary>
    private static readonly TimeSpan FirstRunWithin = TimeSpan.FromSeconds(1);

    private readonly Lock _gate;
    private readonly CatalogOptions _options;
    private readonly TimeProvider _time;
    private readonly MonotonicClock _clock;
    private readonly Prng _prng;
    private readonly CatalogMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SortedDictionary<string, LocalCheck> _checks = new(StringComparer.Ordinal);
    private readonly CheckAgenda _agenda = new();
    private readonly Queue<LocalCheck> _waiting = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private Instant _wakeAt = Instant.Never;
    private int _running;
    private bool _isStarted;
    private bool _isStopped;

    /// <param name="gate">The registry's lock.</param>
    /// <param name="options">For the delay of outputs.</param>
    /// <param name="time">Clock and timer.</param>
    /// <param name="metrics">Counts runs.</param>
    /// <param name="logger">For changes, and for a check that breaks.</param>
    public CheckKeeper(Lock gate, CatalogOptions options, TimeProvider time, CatalogMetrics metrics, ILogger logger)
    {
        _gate = gate;
        _options = options;
        _time = time;
        _clock = new MonotonicClock(time);
        _prng = new Prng((ulong)Random.Shared.NextInt64());
        _metrics = metrics;
        _logger = logger;
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The group should hear what a check says. Called under the lock; the task ends when neighbours know.</summary>
    public required Func<LocalCheck, Task> Tell { get; init; }

    /// <summary>A check was critical for so long that its service is to go. Called under the lock.</summary>
    public required Action<LocalCheck> Expire { get; init; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, LocalCheck> Checks => _checks;

    /// <summary>Grows with every change of what the checks say.</summary>
    public ulong Version { get; private set; }

    /// <summary>Begins to run checks.</summary>
    public void Start()
    {
        _isStarted = true;
        Arm();
    }

    /// <summary>Takes up a check in place of the one of its id, whose word stands until the first result when it is of the same kind and target.</summary>
    public LocalCheck Adopt(CheckDefinition definition)
    {
        var old = _checks.GetValueOrDefault(definition.Id);
        var isSame = old is not null && old.Definition.Type == definition.Type && old.Definition.Target == definition.Target;
        return isSame ? Adopt(definition, old!.Status, old.Output, definition.TimeToLive) : Adopt(definition, definition.InitialStatus, "", definition.TimeToLive);
    }

    /// <summary>Takes up a check that says something already.</summary>
    public LocalCheck Adopt(CheckDefinition definition, CheckStatus status, string output, TimeSpan timeToLive)
    {
        Drop(definition.Id);
        var check = new LocalCheck(definition, status, output, Probe(definition));
        _checks[definition.Id] = check;
        var now = _clock.Now;
        if (definition.Type == CheckType.Ttl) _agenda.Set(check, CheckDuty.Expire, now + timeToLive);
        if (check.Probe is not null) _agenda.Set(check, CheckDuty.Run, now + _prng.NextDuration(Shorter(definition.Interval, FirstRunWithin)));
        if (status == CheckStatus.Critical) AwaitDeregistration(check, now);
        Version++;
        Arm();
        return check;
    }

    /// <summary>Ends a check.</summary>
    public void Drop(string id)
    {
        if (!_checks.Remove(id, out var check)) return;
        End(check);
        Version++;
    }

    /// <summary>A TTL check's report.</summary>
    /// <returns>Ends when neighbours know, if they have to.</returns>
    public Task Report(LocalCheck check, CheckStatus status, string output)
    {
        _agenda.Set(check, CheckDuty.Expire, _clock.Now + check.Definition.TimeToLive);
        var telling = Observe(check, status, output);
        Arm();
        return telling;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
            foreach (var check in _checks.Values) End(check);
            _waiting.Clear();
            if (_running == 0) _allEnded.TrySetResult();
        }

        await _timer.DisposeAsync();
        await _allEnded.Task;
    }

    private static ICheckProbe? Probe(CheckDefinition definition) => definition.Type switch
    {
        CheckType.Http => new HttpProbe(definition),
        CheckType.Tcp => new TcpProbe(definition),
        CheckType.Grpc => new GrpcProbe(definition),
        CheckType.Script => new ScriptProbe(definition),
        _ => null,
    };

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private void End(LocalCheck check)
    {
        if (check.IsEnded) return;
        check.IsEnded = true;
        _agenda.Drop(check);
        check.Ending.Cancel();
        if (!check.IsRunning) Release(check);
    }

    private static void Release(LocalCheck check)
    {
        check.Probe?.Dispose();
        check.Ending.Dispose();
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _wakeAt = Instant.Never;
            while (_agenda.TryTake(_clock.Now, out var check, out var duty)) Do(check, duty);
            Arm();
        }
    }

    private void Do(LocalCheck check, CheckDuty duty)
    {
        switch (duty)
        {
            case CheckDuty.Run:
                if (_running < MaxRunning) Begin(check);
                else _waiting.Enqueue(check);
                break;
            case CheckDuty.Expire:
                _ = Observe(check, CheckStatus.Critical, check.Output.Length == 0 ? "TTL expired" : $"TTL expired (last output before timeout follows): {check.Output}");
                break;
            case CheckDuty.TellOutput:
                _ = Tell(check);
                break;
            case CheckDuty.Deregister:
                Expire(check);
                break;
        }
    }

    private void Begin(LocalCheck check)
    {
        check.IsRunning = true;
        _running++;
        _metrics.Began();
        _ = RunAsync(check);
    }

    /// <summary>One run, to its end. It never fails, and <see cref="DisposeAsync"/> waits for the last.</summary>
    private async Task RunAsync(LocalCheck check)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var began = _time.GetTimestamp();
        var startedAt = _clock.Now;
        var result = await OnceAsync(check);
        _metrics.Ran(check.Definition.Type, result.Status, _time.GetElapsedTime(began));
        lock (_gate)
        {
            _running--;
            check.IsRunning = false;
            check.Runs++;
            if (check.IsEnded) Release(check);
            else Take(check, result, startedAt);
            while (_running < MaxRunning && _waiting.TryDequeue(out var next))
            {
                if (!next.IsEnded) Begin(next);
            }

            if (_isStopped && _running == 0) _allEnded.TrySetResult();
            else Arm();
            _metrics.Ended();
        }
    }

    private void Take(LocalCheck check, CheckResult result, Instant startedAt)
    {
        if (check.Thresholds.Observe(result.Status)) _ = Observe(check, check.Thresholds.Status, result.Output);
        // Checks registered together run their first together, and from then on at times of their own.
        var interval = check.Definition.Interval;
        _agenda.Set(check, CheckDuty.Run, startedAt + (check.Runs == 1 ? (interval / 2) + _prng.NextDuration(interval / 2) : interval));
    }

    private async Task<CheckResult> OnceAsync(LocalCheck check)
    {
        using var timeout = new CancellationTokenSource(check.Definition.Timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(check.Ending.Token, timeout.Token);
        try
        {
            return await check.Probe!.RunAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return new CheckResult(CheckStatus.Critical, $"Timed out ({check.Definition.Timeout.TotalSeconds:0.###}s) running check");
        }
        catch (Exception broken)
        {
            CatalogLog.CheckBroke(_logger, check.Definition.Id, broken);
            return new CheckResult(CheckStatus.Critical, broken.Message);
        }
    }

    private Task Observe(LocalCheck check, CheckStatus status, string output)
    {
        output = CheckResult.Cut(output);
        var (isChange, isNews) = (check.Status != status, check.Output != output);
        // A new check's first output is worth telling even when it stays critical: it says why.
        var isFirst = check.Output.Length == 0;
        check.Status = status;
        check.Output = output;
        if (isNews || isChange) Version++;
        if (isChange)
        {
            AwaitDeregistration(check, _clock.Now);
            CatalogLog.CheckChanged(_logger, check.Definition.Id, status, output.Length > 200 ? output[..200] : output);
        }

        if (isChange || (isNews && isFirst))
        {
            _agenda.Set(check, CheckDuty.TellOutput, null);
            return Tell(check);
        }

        // Chatty outputs do not fill the network: they are told later, and not all at once.
        var delay = _options.CheckUpdateInterval;
        if (isNews && !check.Due.ContainsKey(CheckDuty.TellOutput)) _agenda.Set(check, CheckDuty.TellOutput, _clock.Now + (delay / 2) + _prng.NextDuration(delay));
        return Task.CompletedTask;
    }

    private void AwaitDeregistration(LocalCheck check, Instant now)
    {
        var after = check.Definition.DeregisterCriticalServiceAfter;
        var isAwaited = check.Status == CheckStatus.Critical && after > TimeSpan.Zero && check.Definition.ServiceId.Length > 0;
        _agenda.Set(check, CheckDuty.Deregister, isAwaited ? now + after : null);
    }

    private void Arm()
    {
        var next = _agenda.NextDeadline;
        if (!_isStarted || _isStopped || next == _wakeAt) return;
        _wakeAt = next;
        if (next == Instant.Never)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // Rounded up to whole milliseconds a wake-up is never before its deadline; one a month away is looked at again by then.
        var wait = Math.Clamp(Math.Ceiling((next - _clock.Now).TotalMilliseconds), 0, TimeSpan.FromDays(30).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
