using Skerry.Primitives;

namespace Skerry.Proxy;

/// <summary>
/// Bytes both ways between a client's side and a service instance. One reader and one writer at a time. Disposing breaks it off unless both directions have ended.
/// Under <see cref="ServiceNetwork.Udp"/> the bytes are datagrams, each behind its length in two bytes, most significant first.
/// </summary>
public abstract class ServiceStream : AsyncStream
{
    /// <summary>How the bytes travel: <c>local</c> (an address in this site), <c>direct</c> (a tunnel from node to node), <c>relayed</c> (a tunnel through a third).</summary>
    public abstract string PathKind { get; }

    /// <summary>Whether a read into an empty buffer waits until there is something to read: then one that is idle holds no buffer.</summary>
    public virtual bool AwaitsData => false;

    /// <summary>Says that nothing more will be written; reading goes on.</summary>
    public abstract ValueTask EndWritingAsync(CancellationToken cancel = default);

    /// <summary>Breaks it off: the other end sees an error, not an end.</summary>
    public abstract void Abort();
}
