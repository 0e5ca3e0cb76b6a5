namespace Skerry.Raft;

/// <summary>
/// Ordered, authenticated streams between the nodes of a group. Each carries one direction: who opened it writes, who was called reads. What breaks is opened again, and whatever
/// was under way is lost, which the protocol allows.
/// </summary>
public interface IRaftTransport
{
    /// <summary>Opens a stream to a node.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="kind">What goes over it; the other side learns it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It cannot be reached.</exception>
    Task<Stream> ConnectAsync(string node, RaftStreamKind kind, CancellationToken cancellation);

    /// <summary>Streams that other nodes open to this one, until cancelled. Whoever takes them disposes them.</summary>
    IAsyncEnumerable<RaftStream> AcceptAsync(CancellationToken cancellation);
}
