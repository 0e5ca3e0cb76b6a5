namespace Skerry.Replication.Core;

/// <summary>A record's version without its payload.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Kind">What sort.</param>
/// <param name="Id">Which one.</param>
/// <param name="Version">The version.</param>
/// <param name="Checksum">CRC32C of the payload: one version may be said twice by an owner whose clock went back while it was down.</param>
internal readonly record struct KnownVersion(string Owner, string Kind, string Id, ulong Version, uint Checksum);
