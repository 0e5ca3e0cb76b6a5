namespace Skerry.Api;

/// <summary>The way to the APIs of other groups, and theirs to this one: streams between proved nodes of the mesh. The agent gives the adapter.</summary>
public interface IGroupCalls
{
    /// <summary>Live nodes of another group that take part in what it agrees on; empty: none is reached. Null: no such group is known.</summary>
    IReadOnlyList<string>? ServersOf(string group);

    /// <summary>Opens a stream to the API of a node.</summary>
    /// <exception cref="IOException">It cannot be reached, or answers no other groups.</exception>
    Task<Stream> ConnectAsync(string node, CancellationToken cancellation);

    /// <summary>Streams that nodes of other groups open to this one's API, until cancelled. Whoever takes them disposes them.</summary>
    IAsyncEnumerable<GroupCall> AcceptAsync(CancellationToken cancellation);
}
