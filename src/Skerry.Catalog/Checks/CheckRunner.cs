using Microsoft.Extensions.Logging;

namespace Skerry.Catalog.Checks;

/// <summary>Runs one check again and again until it is stopped.</summary>
internal sealed class CheckRunner : IAsyncDisposable
{
    private readonly CheckDefinition _check;
    private readonly ICheckProbe _probe;
    private readonly TimeProvider _time;
    private readonly Action<CheckStatus, string> _report;
    private readonly ILogger _logger;
    private readonly CheckThresholds _thresholds;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <param name="check">What to run.</param>
    /// <param name="initial">Its status so far.</param>
    /// <param name="time">For intervals and timeouts.</param>
    /// <param name="report">Takes status and output after each run.</param>
    /// <param name="logger">For a check that breaks.</param>
    public CheckRunner(CheckDefinition check, CheckStatus initial, TimeProvider time, Action<CheckStatus, string> report, ILogger logger)
    {
        _check = check;
        _time = time;
        _report = report;
        _logger = logger;
        _thresholds = new CheckThresholds(check, initial);
        _probe = check.Type switch
        {
            CheckType.Http => new HttpProbe(check),
            CheckType.Tcp => new TcpProbe(check),
            CheckType.Grpc => new GrpcProbe(check),
            _ => new ScriptProbe(check),
        };
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _probe.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        // Checks registered together do not run together for ever; the first still comes soon.
        var jitter = Random.Shared.NextDouble() * Math.Min(1000, _check.Interval.TotalMilliseconds);
        await Task.Delay(TimeSpan.FromMilliseconds(jitter), _time, _stopping.Token);
        while (!_stopping.IsCancellationRequested)
        {
            var (status, output) = await OnceAsync();
            _stopping.Token.ThrowIfCancellationRequested();
            _report(_thresholds.Observe(status), CheckResult.Cut(output));
            await Task.Delay(_check.Interval, _time, _stopping.Token);
        }
    }

    private async Task<CheckResult> OnceAsync()
    {
        using var timeout = new CancellationTokenSource(_check.Timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, timeout.Token);
        try
        {
            return await _probe.RunAsync(limit.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new CheckResult(CheckStatus.Critical, $"No answer within {_check.Timeout.TotalSeconds:0.###} s: the check was cut off");
        }
        catch (Exception broken) when (!_stopping.IsCancellationRequested)
        {
            CatalogLog.CheckBroke(_logger, _check.Id, broken);
            return new CheckResult(CheckStatus.Critical, broken.Message);
        }
    }
}
