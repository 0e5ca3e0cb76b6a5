using Skerry.Primitives;

namespace Skerry.Libp2p;

/// <summary>
/// Bytes both ways between two peers under one protocol. One reader and one writer at a time. Disposing breaks it off unless both directions have ended.
/// </summary>
public abstract class Libp2pStream : AsyncStream
{
    private protected Libp2pStream()
    {
    }

    /// <summary>Who is at the other end: proved, not claimed.</summary>
    public abstract PeerId Peer { get; }

    /// <summary>What both ends speak on it.</summary>
    public string Protocol { get; internal set; } = "";

    /// <summary>Says that nothing more will be written; reading goes on.</summary>
    public abstract ValueTask EndWritingAsync(CancellationToken cancel = default);

    /// <summary>Breaks the stream off: the other end sees an error, not an end.</summary>
    public abstract void Abort();
}
