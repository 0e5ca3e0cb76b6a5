namespace Skerry.Tunnel;

/// <summary>A session that another node asks for. It is accepted or refused, once.</summary>
public abstract class IncomingSession
{
    private protected IncomingSession()
    {
    }

    /// <summary>The node that asks: proved.</summary>
    public abstract string Caller { get; }

    /// <summary>Its group: proved by a credential, otherwise the word of a node that has the mesh key.</summary>
    public abstract string CallerGroup { get; }

    /// <summary>What it asks for.</summary>
    public abstract SessionTarget Target { get; }

    /// <summary>Takes it.</summary>
    public abstract Task<SessionStream> AcceptAsync(CancellationToken cancel);

    /// <summary>Does not take it, and says why.</summary>
    public abstract Task RefuseAsync(SessionRefusal why, string message, CancellationToken cancel);
}
