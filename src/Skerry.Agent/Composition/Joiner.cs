using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Configuration;
using Skerry.Gossip;

namespace Skerry.Agent.Composition;

/// <summary>
/// Joins the configured members, again and again until one answers. Pauses double from a second up to the configured interval, and each is drawn
/// from its upper half, so that a site that powers on does not knock in step.
/// </summary>
/// <param name="gossip">Joins.</param>
/// <param name="time">For the pauses.</param>
/// <param name="logger">For the outcome.</param>
internal sealed class Joiner(GossipNode gossip, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private CancellationTokenSource _round = new();
    private bool _disposed;
    private Task _joining = Task.CompletedTask;

    /// <summary>Begins to join these; what an earlier call had not joined yet is given up.</summary>
    public void Begin(GossipConfiguration configuration)
    {
        lock (_gate)
        {
            if (_disposed) return;
            _round.Cancel();
            _round.Dispose();
            var before = _joining;
            var round = _round = new CancellationTokenSource();
            _joining = JoinAsync(before, configuration.Join, configuration.RetryInterval, round.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task joining;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _round.Cancel();
            joining = _joining;
        }

        await joining;
        _round.Dispose();
    }

    private async Task JoinAsync(Task before, ImmutableArray<string> addresses, TimeSpan longest, CancellationToken cancellation)
    {
        await before;
        if (addresses.IsEmpty) return;
        for (var pause = FirstPause; !cancellation.IsCancellationRequested; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, longest.Ticks)))
        {
            try
            {
                AgentLog.Joined(logger, await gossip.JoinAsync(addresses, cancellation), addresses.Length);
                return;
            }
            catch (GossipException refused)
            {
                var drawn = pause * (0.5 + Random.Shared.NextDouble() / 2);
                AgentLog.JoinFailed(logger, Math.Round(drawn.TotalSeconds, 1), refused.Message);
                await Task.Delay(drawn, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
