namespace Skerry.Tunnel;

/// <summary>A node cannot be reached, refuses, or a session has ended before its time.</summary>
public sealed class TunnelException : IOException
{
    /// <summary>With the reason, in words for people.</summary>
    public TunnelException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The other node refused.</summary>
    public TunnelException(SessionRefusal refusal, string message)
        : base(message) => Refusal = refusal;

    /// <summary>Why the other node refused; null: it did not, it was not reached.</summary>
    public SessionRefusal? Refusal { get; }
}
