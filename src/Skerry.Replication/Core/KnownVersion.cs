namespace Skerry.Replication.Core;

/// <summary>A record's version without its payload.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Kind">What sort.</param>
/// <param name="Id">Which one.</param>
/// <param name="Version">The version; 0 in a request: whichever there is.</param>
internal readonly record struct KnownVersion(string Owner, string Kind, string Id, ulong Version);
