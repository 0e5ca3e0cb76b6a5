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
/// <param name="tasks">What runs beside.</param>
/// <param name="metrics">Counts.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of refusals.</param>
internal sealed class SessionService(
    TunnelOptions options, Libp2pHost host, PeerNames names, BackgroundTasks tasks, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    public const string Protocol = "/skerry/session/1.0.0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, ResumableSession> _sessions = new();

    /// <summary>Decides about sessions, and serves those it accepts; null: all are refused.</summary>
    public Func<IncomingSession, CancellationToken, Task>? Answer { get; set; }

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
        var isTaken = request.IsResume
            ? await ResumeAsync(caller, request, attachment, cancel).ConfigureAwait(false)
            : await BeginAsync(caller, request, attachment, cancel).ConfigureAwait(false);
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

    /// <summary>Takes a new session in.</summary>
    public async Task<ResumableSession> AcceptAsync(KnownNode caller, SessionTarget target, SessionRequest request, Attachment attachment, CancellationToken cancel)
    {
        var id = new Guid(request.Id.Span);
        var session = new ResumableSession(id, caller.Node, target, new SessionLimits(options.MaxReplay, options.MaxWindow), metrics) { Lost = AwaitResume };
        if (!_sessions.TryAdd(id, session)) throw new TunnelException($"{caller.Node} asks for a session that is there already.");
        _ = session.Over.ContinueWith(_ => _sessions.TryRemove(id, out ResumableSession? _), TaskScheduler.Default);
        await attachment.Stream.SendMessageAsync(new SessionAnswer { Limit = SessionLimits.InitialWindow }, cancel).ConfigureAwait(false);
        session.TryAttach(attachment, 0, request.Limit);
        return session;
    }

    private async Task<bool> BeginAsync(KnownNode caller, SessionRequest request, Attachment attachment, CancellationToken cancel)
    {
        var target = new SessionTarget(request.Service, request.Instance, request.Network);
        if (_sessions.Count >= options.MaxSessions || _sessions.Values.Count(session => session.Node == caller.Node) >= options.MaxSessionsPerNode)
        {
            await RefuseAsync(attachment.Stream, caller, target, SessionRefusal.Busy, $"it carries {_sessions.Count} sessions, as many as it may", cancel).ConfigureAwait(false);
            return false;
        }

        if (Answer is not { } answer)
        {
            await RefuseAsync(attachment.Stream, caller, target, SessionRefusal.NoSuchService, "it serves nothing", cancel).ConfigureAwait(false);
            return false;
        }

        var asked = new AskedSession(this, caller, target, request, attachment);
        tasks.Launch(stopping => ServeAsync(answer, asked, stopping));
        return await asked.Decided.WaitAsync(cancel).ConfigureAwait(false);
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
            await asked.CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> ResumeAsync(KnownNode caller, SessionRequest request, Attachment attachment, CancellationToken cancel)
    {
        if (!_sessions.TryGetValue(new Guid(request.Id.Span), out var session) || session.Node != caller.Node)
        {
            await RefuseAsync(attachment.Stream, caller, new SessionTarget(request.Service, request.Instance, request.Network), SessionRefusal.Unknown, "it has no such session any more", cancel)
                .ConfigureAwait(false);
            return false;
        }

        var (received, limit) = session.Detach();
        await attachment.Stream.SendMessageAsync(new SessionAnswer { Received = received, Limit = limit }, cancel).ConfigureAwait(false);
        if (session.TryAttach(attachment, request.Received, request.Limit)) return true;
        session.Fail($"{caller.Node} has another idea of how far the session has come");
        return false;
    }

    /// <summary>Whoever asked for the session comes back in time, or it is over.</summary>
    private void AwaitResume(ResumableSession session) => tasks.Launch(async stopping =>
    {
        var waited = Task.Delay(options.ResumeTimeout, time, stopping);
        await Task.WhenAny(waited, session.Over).ConfigureAwait(false);
        if (session.Over.IsCompleted || session.Current is not null || stopping.IsCancellationRequested) return;
        metrics.Lost();
        var why = $"it has not come back within {options.ResumeTimeout.TotalSeconds:0} s";
        TunnelLog.SessionLost(logger, session.Node, session.Target, why);
        session.Fail($"{session.Node} is lost: {why}");
    });
}
