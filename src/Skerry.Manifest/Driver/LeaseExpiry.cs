using Microsoft.Extensions.Logging;

using Skerry.Manifest.Core;

namespace Skerry.Manifest.Driver;

/// <summary>On the leader, has leases and sessions ended whose time is over. Sleeps until the next deadline; without any it sleeps for good.</summary>
internal sealed class LeaseExpiry(ManifestNode node, Replica replica, ManifestMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Leases ended by one command.</summary>
    private const int Most = 500;

    /// <summary>How soon to look again where nothing could be done: another leads, or nobody.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    private readonly Signal _changed = new();
    private long _armed = long.MaxValue;

    /// <summary>The next deadline may be another one.</summary>
    public void Look(long? nextDeadline)
    {
        if ((nextDeadline ?? long.MaxValue) < Volatile.Read(ref _armed)) _changed.Give();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var (deadline, now) = replica.Look((machine, clock) => (machine.NextDeadline, clock));
            Volatile.Write(ref _armed, deadline ?? long.MaxValue);
            // A deadline may have come in between: look once more after it is armed.
            if (replica.Look((machine, _) => machine.NextDeadline) < (deadline ?? long.MaxValue)) continue;
            if (deadline is { } due && due <= now)
            {
                if (!await ExpireAsync()) await WaitAsync(Again, stopping);
                continue;
            }

            // A day at most: timers do not reach further than that for sure.
            await WaitAsync(deadline is { } next ? TimeSpan.FromMilliseconds(Math.Min(next - now, 86_400_000)) : Timeout.InfiniteTimeSpan, stopping);
        }
    }

    private async Task<bool> ExpireAsync()
    {
        if (!node.Log.IsLeader) return false;
        var expired = replica.Look((machine, now) => machine.Leases.Expired(now, Most));
        var ended = replica.Look((machine, now) => machine.Sessions.Expired(now, Most));
        if (ended.Count > 0 && await node.ProposeAsync(new EndSessionsBody(true, ended)) is { IsDone: false } refused)
        {
            ManifestLog.ExpiryFailed(logger, ended.Count, refused.Error);
            return false;
        }

        if (expired.Count == 0) return true;
        var result = await node.ProposeAsync(new ExpireBody(expired));
        if (result.IsDone) metrics.Expired(expired.Count);
        else ManifestLog.ExpiryFailed(logger, expired.Count, result.Error);
        return result.IsDone;
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken stopping)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var pause = Task.Delay(wait, time, woken.Token);
        var change = _changed.WaitAsync(woken.Token).AsTask();
        await Task.WhenAny(pause, change);
        await woken.CancelAsync();
        await Task.WhenAll(pause, change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
