using System.Collections.Concurrent;
using System.Diagnostics;

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
/// <param name="budget">What sessions may hold.</param>
/// <param name="tasks">What runs beside.</param>
/// <param name="metrics">Counts.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of paths changed.</param>
internal sealed class SessionRequestor(
    TunnelOptions options, Libp2pHost host, Links links, SessionBudget budget, BackgroundTasks tasks, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>How often in a row a node is dialled for a new session: there is no way to it, and the caller may have another choice.</summary>
    private const int MaxDials = 6;

    private static readonly TimeSpan AttemptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestOpenPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, ResumableSession> _sessions = new();
    private readonly ConcurrentDictionary<Guid, bool> _resuming = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<ResumableSession> Sessions => [.. _sessions.Values];

    /// <exception cref="TunnelException">The node is not reached, or refuses.</exception>
    public async Task<SessionStream> OpenAsync(string node, SessionTarget target, CancellationToken cancel)
    {
        var trace = TunnelTracing.BeginOpen(node, target);
        using var span = trace?.Opening;
        var since = span is null ? default : time.GetUtcNow();
        try
        {
            var session = await OpenAsync(node, target, trace, cancel).ConfigureAwait(false);
            TunnelTracing.Tried(span, span is null ? [] : links.History.Of(node), since);
            if (span is not null && session.Current is { } path) TunnelTracing.GoesBy(span, path.Kind, links.RelayOf(path.Connection));
            return session;
        }
        catch (Exception failed) when (span is not null)
        {
            TunnelTracing.Tried(span, links.History.Of(node), since);
            TunnelTracing.Fail(span, failed);
            throw;
        }
    }

    private async Task<ResumableSession> OpenAsync(string node, SessionTarget target, SessionTrace? trace, CancellationToken cancel)
    {
        var id = Guid.NewGuid();
        var limits = new SessionLimits(options.MaxReplay, options.MaxWindow);
        var session = new ResumableSession(id, node, target, limits, budget.Begin(node), metrics) { Lost = lost => Resume(lost, over: null), Trace = trace };
        using var timeout = new CancellationTokenSource(options.DialTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            await OpenAsync(session, either.Token).ConfigureAwait(false);
            _sessions[id] = session;
            _ = session.Over.ContinueWith(_ => _sessions.TryRemove(id, out ResumableSession? _), TaskScheduler.Default);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException && failed is not TunnelException)
        {
            throw new TunnelException($"{node} is not reached: {failed.Message}", failed);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new TunnelException($"{node} has not answered within {options.DialTimeout.TotalSeconds:0} s.", late);
        }
        finally
        {
            if (!_sessions.ContainsKey(id)) session.Fail("it has never begun");
        }

        if (tasks.Stopping.IsCancellationRequested) session.Fail("this node stops");
        return session;
    }

    /// <summary>
    /// Asks until there is an answer. The other side takes one session in once, however often it is asked for: the path may die with the question, before it is decided
    /// about, or with the answer.
    /// </summary>
    private async Task OpenAsync(ResumableSession session, CancellationToken cancel)
    {
        var (dials, pause) = (0, TimeSpan.Zero);
        while (true)
        {
            var isReached = false;
            try
            {
                var connection = await links.ReachAsync(session.Node, cancel).ConfigureAwait(false);
                (isReached, dials) = (true, 0);
                await AskAsync(session, connection, isResume: false, cancel).ConfigureAwait(false);
                return;
            }
            catch (Exception failed) when (failed is Libp2pException or IOException && failed is not TunnelException { Refusal: not null })
            {
                if (links.IsDead(session.Node)) throw new TunnelException(Links.DeadText(session.Node), failed);
                if (!isReached && (++dials == MaxDials || !links.IsKnown(session.Node))) throw;
            }

            pause = pause + AttemptPause < LongestOpenPause ? pause + AttemptPause : LongestOpenPause;
            await PauseAsync(pause, cancel).ConfigureAwait(false);
        }
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

    /// <summary>This machine is elsewhere: who waits before it tries again need not.</summary>
    public void OnNetworkChanged() => Interlocked.Exchange(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

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
        using var span = TunnelTracing.BeginResume(session.Trace, session.Node, session.Target, isLost: over is null);
        var (start, since) = (time.GetTimestamp(), span is null ? default : time.GetUtcNow());
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
                if (session.Trace is not null) NoteResumed(session, span, connection, since, over is null ? took : null);
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
                if (session.Current is null && links.IsDead(session.Node))
                {
                    why = Links.DeadText(session.Node);
                    break;
                }
            }

            // A better path that was none: the one before may still stand.
            if (over is not null && session.Current is not null) return;
            over = null;
            await PauseAsync(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        if (session.Over.IsCompleted) return;
        metrics.Lost();
        TunnelLog.SessionLost(logger, session.Node, session.Target, why);
        TunnelTracing.Tried(span, span is null ? [] : links.History.Of(session.Node), since);
        TunnelTracing.Fail(span, "lost", why);
        session.Fail($"The session with {session.Node} is lost: {why}");
    }

    /// <summary>Tells the session's trace of its new path.</summary>
    /// <param name="session">The session.</param>
    /// <param name="span">The span of resuming it; null: it is not recorded.</param>
    /// <param name="connection">The path.</param>
    /// <param name="since">When it was looked for.</param>
    /// <param name="without">How long it was without one; null: it was not.</param>
    private void NoteResumed(ResumableSession session, Activity? span, PeerConnection connection, DateTimeOffset since, TimeSpan? without)
    {
        var (path, relay) = (connection.Address.IsCircuit ? PathKind.Relayed : PathKind.Direct, links.RelayOf(connection));
        TunnelTracing.Tried(span, links.History.Of(session.Node), since);
        TunnelTracing.GoesBy(span, path, relay);
        if (without is { } took) TunnelTracing.FailedOver(session.Trace, path, relay, took);
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(Task.Delay(pause, time, either.Token), Volatile.Read(ref _news).Task).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
    }

    private async Task AskAsync(ResumableSession session, PeerConnection connection, bool isResume, CancellationToken cancel)
    {
        // Before anything is asked: a silent path is given up after that, and the next one is asked.
        host.SetHeartbeat(connection, options.HeartbeatPeriod, 2 * options.HeartbeatPeriod);
        var stream = await host.OpenAsync(connection, [SessionService.Protocol], cancel).ConfigureAwait(false);
        try
        {
            var answer = await HearAsync(session, stream, isResume, cancel).ConfigureAwait(false);
            if (answer.Status != 0) throw new TunnelException((SessionRefusal)answer.Status, $"{session.Node} refuses: {answer.Message}");
            if (!session.TryAttach(new Attachment(stream, connection), answer.Received, answer.Limit)) throw new TunnelException(SessionRefusal.Unknown, $"{session.Node} has another idea of how far the session has come.");
        }
        catch
        {
            stream.Abort();
            throw;
        }
    }

    private async Task<SessionAnswer> HearAsync(ResumableSession session, Libp2pStream stream, bool isResume, CancellationToken cancel)
    {
        var (received, limit) = isResume ? session.Detach() : (0ul, session.Limit);
        var request = new SessionRequest
        {
            Id = Google.Protobuf.ByteString.CopyFrom(session.Id.ToByteArray()),
            IsResume = isResume,
            Service = session.Target.Service,
            Instance = session.Target.Instance,
            Network = session.Target.Network,
            Received = received,
            Limit = limit,
            Attempt = session.NextAttempt(),
        };
        using var timeout = new CancellationTokenSource(options.DialTimeout / 2, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            if (!isResume) TunnelTracing.Tell(session.Trace, request);
            await stream.SendMessageAsync(request, either.Token).ConfigureAwait(false);
            return await stream.ReceiveMessageAsync(SessionAnswer.Parser, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new TunnelException($"{session.Node} has not answered within {options.DialTimeout.TotalSeconds / 2:0.#} s.", late);
        }
    }
}
