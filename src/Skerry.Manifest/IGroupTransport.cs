using Skerry.Raft;

namespace Skerry.Manifest;

/// <summary>Authenticated streams between the nodes of a group, for questions and answers, beside those of <see cref="IRaftTransport"/>.</summary>
public interface IGroupTransport : IRaftTransport
{
    /// <summary>Opens a stream on which this node asks and the other answers.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It cannot be reached.</exception>
    Task<Stream> AskAsync(string node, CancellationToken cancellation);

    /// <summary>Streams on which other nodes ask, until cancelled. Whoever takes them disposes them.</summary>
    IAsyncEnumerable<RaftStream> AnswerAsync(CancellationToken cancellation);
}
