using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Primitives;
using Skerry.Tunnel.Core.Session;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>Sessions that this node asked for: it opens them, finds the next path when theirs dies, and moves them when a better one appears.</summary>
/// <param name="options">Bounds.</param>
/// <param name="host">Carries the streams.</param>
/// <param name="links">Paths.</param>
/// <param name="tasks">What runs beside.</param>
/// <param name="metrics">Counts.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of paths changed.</param>
internal sealed class SessionRequestor(
    TunnelOptions options, Libp2pHost host, Links links, BackgroundTasks tasks, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Paths tried for a new session.</summary>
    private const int Attempts = 6;

    private static readonly TimeSpan AttemptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, ResumableSession> _sessions = new();
    private readonly ConcurrentDictionary<Guid, bool> _resuming = new();

    public IReadOnlyCollection<ResumableSession> Sessions => [.. _sessions.Values];

    /// <exception cref="TunnelException">The node is not reached, or refuses.</exception>
    public async Task<SessionStream> OpenAsync(string node, SessionTarget target, CancellationToken cancel)
    {
        var id = Guid.NewGuid();
        var session = new ResumableSession(id, node, target, new SessionLimits(options.MaxReplay, options.MaxWindow), metrics) { Lost = lost => Resume(lost, over: null) };
        using var timeout = new CancellationTokenSource(options.DialTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var connection = await links.ReachAsync(node, either.Token).ConfigureAwait(false);
                    await AskAsync(session, connection, isResume: false, either.Token).ConfigureAwait(false);
                    break;
                }
                catch (Exception failed) when (failed is Libp2pException or IOException && failed is not TunnelException { Refusal: not null } && attempt < Attempts && links.IsKnown(node))
                {
                    // The path died while it was asked for, or its relay before that was noticed: nothing has begun, and the next one may do.
                    await Task.Delay(attempt * AttemptPause, time, either.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failed) when (failed is Libp2pException or IOException && failed is not TunnelException)
        {
            throw new TunnelException($"{node} is not reached: {failed.Message}", failed);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new TunnelException($"{node} has not answered within {options.DialTimeout.TotalSeconds:0} s.", late);
        }

        _sessions[id] = session;
        _ = session.Over.ContinueWith(_ => _sessions.TryRemove(id, out ResumableSession? _), TaskScheduler.Default);
        return session;
    }

    /// <summary>Looks for better ways to the nodes that sessions reach through a relay, and moves the sessions there.</summary>
    public async Task ImproveAsync(CancellationToken cancel)
    {
        foreach (var node in _sessions.Values.Where(session => session.Path == PathKind.Relayed).Select(session => session.Node).Distinct(StringComparer.Ordinal).ToList())
        {
            if (await links.ImproveAsync(node, cancel).ConfigureAwait(false) is not { } better) continue;
            foreach (var session in _sessions.Values.Where(session => session.Node == node && session.Current?.Connection.Id != better.Id)) Resume(session, better);
        }
    }

    /// <summary>A connection is new: sessions that make a detour move to it.</summary>
    public void OnConnected(string node, PeerConnection connection)
    {
        if (connection.Address.IsCircuit) return;
        foreach (var session in _sessions.Values)
        {
            if (session.Node == node && session.Path == PathKind.Relayed) Resume(session, connection);
        }
    }

    private void Resume(ResumableSession session, PeerConnection? over)
    {
        if (session.Over.IsCompleted || !_resuming.TryAdd(session.Id, true)) return;
        tasks.Launch(async stopping =>
        {
            try
            {
                await ResumeAsync(session, over, stopping).ConfigureAwait(false);
            }
            finally
            {
                _resuming.TryRemove(session.Id, out _);
            }

            // It may have lost the new path before this was noted.
            if (session.Current is null) Resume(session, over: null);
        });
    }

    private async Task ResumeAsync(ResumableSession session, PeerConnection? over, CancellationToken stopping)
    {
        var start = time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(20);
        var why = "no path";
        while (!session.Over.IsCompleted && time.GetElapsedTime(start) < options.ResumeTimeout)
        {
            using var timeout = new CancellationTokenSource(options.DialTimeout / 2, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
            try
            {
                var connection = over ?? await links.ReachAsync(session.Node, either.Token).ConfigureAwait(false);
                await AskAsync(session, connection, isResume: true, either.Token).ConfigureAwait(false);
                var took = time.GetElapsedTime(start);
                if (over is null) metrics.FailedOver(took);
                TunnelLog.Resumed(logger, session.Node, session.Target, session.Path, connection.Address.ToString(), took.TotalMilliseconds);
                return;
            }
            catch (TunnelException refused) when (refused.Refusal is not null)
            {
                why = refused.Message;
                break;
            }
            catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
            {
                if (stopping.IsCancellationRequested) break;
                why = failed.Message;
            }

            // A better path that was none: the one before may still stand.
            if (over is not null && session.Current is not null) return;
            over = null;
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        if (session.Over.IsCompleted) return;
        metrics.Lost();
        TunnelLog.SessionLost(logger, session.Node, session.Target, why);
        session.Fail($"The session with {session.Node} is lost: {why}");
    }

    private async Task AskAsync(ResumableSession session, PeerConnection connection, bool isResume, CancellationToken cancel)
    {
        var stream = await host.OpenAsync(connection, [SessionService.Protocol], cancel).ConfigureAwait(false);
        try
        {
            var (received, limit) = isResume ? session.Detach() : (0ul, (ulong)SessionLimits.InitialWindow);
            var request = new SessionRequest
            {
                Id = Google.Protobuf.ByteString.CopyFrom(session.Id.ToByteArray()),
                IsResume = isResume,
                Service = session.Target.Service,
                Instance = session.Target.Instance,
                Network = session.Target.Network,
                Received = received,
                Limit = limit,
            };
            await stream.SendMessageAsync(request, cancel).ConfigureAwait(false);
            var answer = await stream.ReceiveMessageAsync(SessionAnswer.Parser, cancel).ConfigureAwait(false);
            if (answer.Status != 0) throw new TunnelException((SessionRefusal)answer.Status, $"{session.Node} refuses: {answer.Message}");
            host.SetHeartbeat(connection, options.HeartbeatPeriod, 2 * options.HeartbeatPeriod);
            if (!session.TryAttach(new Attachment(stream, connection), answer.Received, answer.Limit)) throw new TunnelException(SessionRefusal.Unknown, $"{session.Node} has another idea of how far the session has come.");
        }
        catch
        {
            stream.Abort();
            throw;
        }
    }
}
