namespace Skerry.Replication.Core;

/// <summary>A hash over all the sender knows; a receiver that knows other things answers with its <see cref="OwnerDigests"/>.</summary>
/// <param name="From">Who.</param>
/// <param name="Digest">The hash.</param>
internal sealed record RootDigest(string From, ulong Digest) : ReplicationMessage(From);
