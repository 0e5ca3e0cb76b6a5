using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>A session another node asks for, until it is decided about.</summary>
/// <param name="service">Takes it in or refuses it.</param>
/// <param name="caller">Who asks.</param>
/// <param name="target">For what.</param>
/// <param name="request">How.</param>
/// <param name="attachment">The path it came over.</param>
internal sealed class AskedSession(SessionService service, KnownNode caller, SessionTarget target, SessionRequest request, Attachment attachment) : IncomingSession
{
    private readonly TaskCompletionSource<bool> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ResumableSession? _session;

    public override string Caller => caller.Node;

    public override string CallerGroup => caller.Group;

    public override SessionTarget Target => target;

    /// <summary>Whether it was accepted; ends when that is known.</summary>
    public Task<bool> Decided => _decided.Task;

    public override async Task<SessionStream> AcceptAsync(CancellationToken cancel)
    {
        if (_decided.Task.IsCompleted) throw new InvalidOperationException("This session was decided about already.");
        _session = await service.AcceptAsync(caller, target, request, attachment, cancel).ConfigureAwait(false);
        _decided.TrySetResult(true);
        return _session;
    }

    public override async Task RefuseAsync(SessionRefusal why, string message, CancellationToken cancel)
    {
        if (_decided.Task.IsCompleted) throw new InvalidOperationException("This session was decided about already.");
        await service.RefuseAsync(attachment.Stream, caller, target, why, message, cancel).ConfigureAwait(false);
        _decided.TrySetResult(false);
    }

    /// <summary>Who answers is done with it.</summary>
    public async Task CloseAsync()
    {
        _decided.TrySetResult(false);
        if (_session is not null) await _session.DisposeAsync().ConfigureAwait(false);
    }
}
