namespace Skerry.Raft;

/// <summary>A stream that another node has opened.</summary>
/// <param name="Node">Its name, proved by the transport: nobody speaks for another.</param>
/// <param name="Stream">The stream, for reading.</param>
public sealed record RaftStream(string Node, Stream Stream);
