namespace Skerry.Proxy;

/// <summary>Another node asks for an instance of this one. Answered once: by <see cref="AcceptAsync"/> or <see cref="RefuseAsync"/>.</summary>
public abstract class IncomingCall
{
    /// <summary>The node that asks: proved, not claimed.</summary>
    public abstract string Caller { get; }

    /// <summary>The group that node belongs to: proved, not claimed.</summary>
    public abstract string CallerGroup { get; }

    /// <summary>What it asks for.</summary>
    public abstract ServiceTarget Target { get; }

    /// <summary>Says yes, and gives the stream to the caller.</summary>
    /// <exception cref="IOException">The caller is gone.</exception>
    public abstract ValueTask<ServiceStream> AcceptAsync(CancellationToken cancel);

    /// <summary>Says no.</summary>
    /// <param name="reason">Thrown at the caller as <see cref="ProxyException.Reason"/>.</param>
    /// <param name="message">For the caller's operator.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="IOException">The caller is gone.</exception>
    public abstract ValueTask RefuseAsync(ProxyFailure reason, string message, CancellationToken cancel);
}
