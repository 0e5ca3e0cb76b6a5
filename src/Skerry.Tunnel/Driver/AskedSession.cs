using System.Diagnostics;

using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>
/// A session another node asks for, until it is decided about. Who asks may ask again over another path when the first dies before the answer comes: that is the same
/// question, and gets the same answer.
/// </summary>
/// <param name="service">Takes it in.</param>
/// <param name="id">Which.</param>
/// <param name="caller">Who asks.</param>
/// <param name="target">For what.</param>
/// <param name="first">How.</param>
/// <param name="account">Its place, and what it holds.</param>
internal sealed class AskedSession(SessionService service, Guid id, KnownNode caller, SessionTarget target, SessionRequest first, SessionAccount account) : IncomingSession
{
    private readonly TaskCompletionSource<SessionDecision> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SessionRequest _latest = first;

    public override string Caller => caller.Node;

    public override string CallerGroup => caller.Group;

    public override SessionTarget Target => target;

    public KnownNode From => caller;

    public Guid Id => id;

    public SessionAccount Account => account;

    /// <summary>From when it came until it is decided about; null: nobody listens.</summary>
    public Activity? Span { get; set; }

    /// <summary>What became of it; ends when that is known.</summary>
    public Task<SessionDecision> Decided => _decided.Task;

    /// <summary>It is asked for again: the answer goes where the last question came from.</summary>
    public void AskAgain(SessionRequest again)
    {
        if (again.Attempt >= _latest.Attempt) _latest = again;
    }

    /// <summary>Whether the answer goes where this question came from.</summary>
    public bool IsLatest(SessionRequest question) => ReferenceEquals(_latest, question);

    public override Task<SessionStream> AcceptAsync(CancellationToken cancel)
    {
        if (_decided.Task.IsCompleted) throw new InvalidOperationException("This session was decided about already.");
        var session = service.TakeIn(this);
        _decided.TrySetResult(new SessionDecision(session, default, ""));
        Span?.Dispose();
        return Task.FromResult<SessionStream>(session);
    }

    public override Task RefuseAsync(SessionRefusal why, string message, CancellationToken cancel)
    {
        if (_decided.Task.IsCompleted) throw new InvalidOperationException("This session was decided about already.");
        _decided.TrySetResult(new SessionDecision(null, why, message));
        TunnelTracing.Fail(Span, TunnelTracing.TypeOf(why), message);
        Span?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Who answers is done with it.</summary>
    public async Task CloseAsync()
    {
        // A fault of who answers must not look like a path that died: that would be asked again.
        _decided.TrySetResult(new SessionDecision(null, SessionRefusal.ServiceUnreachable, "who should answer has failed"));
        Span?.Dispose();
        // A session closes its account when it is over.
        if ((await _decided.Task.ConfigureAwait(false)).Session is { } session) await session.DisposeAsync().ConfigureAwait(false);
        else account.Close();
    }
}
