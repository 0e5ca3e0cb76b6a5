namespace Skerry.Replication.Core;

/// <summary>What is known of one owner, as one number.</summary>
/// <param name="Owner">The owner.</param>
/// <param name="Digest">Exclusive or over its records' hashes.</param>
internal readonly record struct OwnerDigest(string Owner, ulong Digest);
