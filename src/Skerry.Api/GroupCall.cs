namespace Skerry.Api;

/// <summary>A stream that a node of the mesh has opened to this one's API.</summary>
/// <param name="Node">Who: proved.</param>
/// <param name="Group">Its group.</param>
/// <param name="Stream">Requests come and answers go on it.</param>
public sealed record GroupCall(string Node, string Group, Stream Stream);
