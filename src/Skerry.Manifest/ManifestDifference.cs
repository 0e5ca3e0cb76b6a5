namespace Skerry.Manifest;

/// <summary>Another node's state is not like this one's, although both stand after the same entry of the log: one of the two is wrong.</summary>
/// <param name="Node">The other node.</param>
/// <param name="Index">The entry.</param>
public sealed record ManifestDifference(string Node, ulong Index);
