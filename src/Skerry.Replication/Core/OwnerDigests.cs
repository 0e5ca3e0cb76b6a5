using System.Collections.Immutable;

namespace Skerry.Replication.Core;

/// <summary>A hash for each owner; the receiver answers with its <see cref="Versions"/> of those that differ.</summary>
/// <param name="From">Who.</param>
/// <param name="Owners">In ordinal order.</param>
internal sealed record OwnerDigests(string From, ImmutableArray<OwnerDigest> Owners) : ReplicationMessage(From);
