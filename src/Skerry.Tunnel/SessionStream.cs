using Skerry.Primitives;

namespace Skerry.Tunnel;

/// <summary>
/// Bytes both ways between two nodes that outlive the path they take: when it dies, or a better one is there, the session goes on over another, and no byte is
/// lost, doubled or reordered; or it ends with an error within a bounded time. One reader and one writer at a time. Disposing breaks it off unless both
/// directions have ended.
/// </summary>
public abstract class SessionStream : AsyncStream
{
    private protected SessionStream()
    {
    }

    /// <summary>The node at the other end: proved.</summary>
    public abstract string Node { get; }

    /// <summary>What it is for.</summary>
    public abstract SessionTarget Target { get; }

    /// <summary>How the bytes go at this moment.</summary>
    public abstract PathKind Path { get; }

    /// <summary>Says that nothing more will be written; reading goes on.</summary>
    public abstract ValueTask EndWritingAsync(CancellationToken cancel = default);

    /// <summary>Breaks the session off: the other end sees an error, not an end.</summary>
    public abstract void Abort();
}
