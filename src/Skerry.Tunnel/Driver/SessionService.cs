using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Primitives;
using Skerry.Tunnel.Core.Session;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>Sessions that other nodes ask for: taken in or refused by the owner of the tunnel, and resumed when they come back over another path.</summary>
/// <param name="options">Bounds.</param>
/// <param name="host">For heartbeats.</param>
/// <param name="names">Who asks.</param>
/// <param name="budget">What sessions may hold.</param>
/// <param name="tasks">What runs beside.</param>
/// <param name="isDead">Whether membership says that a node is dead.</param>
/// <param name="metrics">Counts.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of refusals.</param>
internal sealed class SessionService(
    TunnelOptions options, Libp2pHost host, PeerNames names, SessionBudget budget, BackgroundTasks tasks, Func<string, bool> isDead, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    public const string Protocol = "/skerry/session/1.0.0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, ResumableSession> _sessions = new();

    // Not decided about yet. A session is in one of the two, and moves under the lock.
    private readonly Dictionary<Guid, AskedSession> _asked = [];
    private readonly Lock _gate = new();

    /// <summary>Decides about sessions, and serves those it accepts; null: all are refused.</summary>
    public Func<IncomingSession, CancellationToken, Task>? Answer { get; set; }

    /// <summary>The relay that a connection goes through, for traces.</summary>
    public Func<PeerConnection, string?> RelayOf { get; init; } = _ => null;

    public IReadOnlyCollection<ResumableSession> Sessions => [.. _sessions.Values];

    /// <summary>Serves one stream: a new session, or the next path of one.</summary>
    public async Task AnswerAsync(PeerConnection connection, Libp2pStream stream, CancellationToken cancel)
    {
        var caller = await names.OfAsync(connection.Peer, cancel).ConfigureAwait(false);
        var request = await stream.ReceiveMessageAsync(SessionRequest.Parser, cancel).WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        if (request.Id.Length != 16 || request.Service.Length > SessionTarget.MaxText || request.Instance.Length > SessionTarget.MaxText || request.Network.Length > SessionTarget.MaxText)
        {
            await RefuseAsync(stream, caller, new SessionTarget("", "", ""), SessionRefusal.Unknown, "the request is none that can be", cancel).ConfigureAwait(false);
            return;
        }

        var attachment = new Attachment(stream, connection);
        var isTaken = await JoinAsync(caller, request, attachment, cancel).ConfigureAwait(false);
        if (!isTaken) return;
        host.SetHeartbeat(connection, options.HeartbeatPeriod, 2 * options.HeartbeatPeriod);
        await attachment.Ended.WaitAsync(cancel).ConfigureAwait(false);
    }

    public async Task RefuseAsync(Stream stream, KnownNode caller, SessionTarget target, SessionRefusal why, string message, CancellationToken cancel)
    {
        metrics.Refused(why);
        TunnelLog.SessionRefused(logger, caller.Node, target, message);
        await stream.SendMessageAsync(new SessionAnswer { Status = (uint)why, Message = message }, cancel).ConfigureAwait(false);
        if (stream is Libp2pStream ours) await ours.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Takes a new session in; a path joins it when its caller is told so.</summary>
    public ResumableSession TakeIn(AskedSession asked)
    {
        var session = new ResumableSession(asked.Id, asked.Caller, asked.Target, new SessionLimits(options.MaxReplay, options.MaxWindow), asked.Account, metrics)
        {
            Lost = lost => AwaitReturn(lost, options.ResumeTimeout),
        };
        lock (_gate)
        {
            _sessions[asked.Id] = session;
            _asked.Remove(asked.Id);
        }

        _ = session.Over.ContinueWith(_ => _sessions.TryRemove(asked.Id, out ResumableSession? _), TaskScheduler.Default);
        return session;
    }

    /// <summary>The mesh says something new of its nodes: who is dead does not come back.</summary>
    public void OnDirectoryChanged()
    {
        foreach (var session in _sessions.Values)
        {
            if (session.Current is null && isDead(session.Node)) Lose(session, "it is dead, as membership says");
        }
    }

    /// <summary>Finds the session that is asked for, or has it decided about, and puts it on the path it was asked for over.</summary>
    /// <returns>False when the path is of no use any more: the session was refused, or rides another.</returns>
    private async Task<bool> JoinAsync(KnownNode caller, SessionRequest request, Attachment attachment, CancellationToken cancel)
    {
        var (id, target) = (new Guid(request.Id.Span), new SessionTarget(request.Service, request.Instance, request.Network));
        var (session, asked, refusal) = Find(id, caller, target, request, attachment);
        if (asked is not null)
        {
            var decision = await asked.Decided.WaitAsync(cancel).ConfigureAwait(false);
            // The same question came over another path since, and is answered there.
            if (!asked.IsLatest(request)) return false;
            (session, refusal) = (decision.Session, (decision.Refusal, decision.Message));
        }

        if (session is not null) return await AttachAsync(caller, session, request, attachment, cancel).ConfigureAwait(false);
        await RefuseAsync(attachment.Stream, caller, target, refusal.Why, refusal.Message, cancel).ConfigureAwait(false);
        return false;
    }

    private (ResumableSession? Session, AskedSession? Asked, (SessionRefusal Why, string Message) Refusal) Find(
        Guid id, KnownNode caller, SessionTarget target, SessionRequest request, Attachment attachment)
    {
        lock (_gate)
        {
            // One that was asked for already: its caller has not heard the answer.
            if (_sessions.TryGetValue(id, out var session) && session.Node == caller.Node && (request.IsResume || session.Target == target)) return (session, null, default);
            if (request.IsResume || session is not null) return (null, null, (SessionRefusal.Unknown, "it has no such session any more"));
            if (_asked.TryGetValue(id, out var asked))
            {
                if (asked.Caller != caller.Node || asked.Target != target) return (null, null, (SessionRefusal.Unknown, "another session is asked for by that name"));
                asked.AskAgain(request);
                return (null, asked, default);
            }

            if (Answer is not { } answer) return (null, null, (SessionRefusal.NoSuchService, "it serves nothing"));
            // Counted from here on, and not only when it is decided about: that may take as long as dialling a service.
            if (budget.TryTakeIn(caller.Node) is not { } account) return (null, null, (SessionRefusal.Busy, $"it carries {budget.Taken} sessions, as many as it may, or as much"));
            _asked.Add(id, asked = new AskedSession(this, id, caller, target, request, account));
            var isBegun = tasks.Launch(stopping =>
            {
                // Whoever answers has it above its own.
                asked.Span = TunnelTracing.BeginTake(request, asked.From, asked.Target);
                if (asked.Span is { } span) TunnelTracing.GoesBy(span, attachment.Kind, RelayOf(attachment.Connection));
                return ServeAsync(answer, asked, stopping);
            });
            if (isBegun) return (null, asked, default);
            _asked.Remove(id);
            account.Close();
            return (null, null, (SessionRefusal.Busy, "it stops"));
        }
    }

    private async Task<bool> AttachAsync(KnownNode caller, ResumableSession session, SessionRequest request, Attachment attachment, CancellationToken cancel)
    {
        if (!session.IsNewer(request.Attempt)) return false;
        var (received, limit) = session.Detach();
        if (!session.MayAttach(request.Received))
        {
            var why = $"{session.Node} has another idea of how far the session has come";
            session.Fail(why);
            await RefuseAsync(attachment.Stream, caller, session.Target, SessionRefusal.Unknown, why, cancel).ConfigureAwait(false);
            return false;
        }

        try
        {
            await attachment.Stream.SendMessageAsync(new SessionAnswer { Received = received, Limit = limit }, cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or Libp2pException)
        {
            // The path was dead already: there will be another one. Who has not heard yet that it was taken in asks again for as long as opening may take.
            AwaitReturn(session, session.Paths == 0 ? options.DialTimeout : options.ResumeTimeout);
            throw;
        }

        return session.TryAttach(attachment, request.Received, request.Limit);
    }

    private async Task ServeAsync(Func<IncomingSession, CancellationToken, Task> answer, AskedSession asked, CancellationToken stopping)
    {
        try
        {
            await answer(asked, stopping).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or OperationCanceledException or Libp2pException)
        {
            // Its two ends have seen why.
        }
        catch (Exception failed)
        {
            // A fault of who answers costs this session and no other.
            TunnelLog.AnswerFailed(logger, asked.Caller, asked.Target, failed);
        }
        finally
        {
            lock (_gate) _asked.Remove(asked.Id);
            await asked.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whoever asked for the session comes back in time, or it is over.</summary>
    private void AwaitReturn(ResumableSession session, TimeSpan patience)
    {
        var paths = session.Paths;
        if (isDead(session.Node)) patience = TimeSpan.Zero;
        tasks.Launch(async stopping =>
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(Task.Delay(patience, time, over.Token), session.Over).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            // One that came back and lost its next path too has as much time again.
            if (stopping.IsCancellationRequested || session.Paths != paths || session.Current is not null) return;
            Lose(session, patience == TimeSpan.Zero ? "it is dead, as membership says" : $"it has not come back within {patience.TotalSeconds:0} s");
        });
    }

    private void Lose(ResumableSession session, string why)
    {
        if (session.Over.IsCompleted) return;
        metrics.Lost();
        TunnelLog.SessionLost(logger, session.Node, session.Target, why);
        session.Fail($"{session.Node} is lost: {why}");
    }
}
