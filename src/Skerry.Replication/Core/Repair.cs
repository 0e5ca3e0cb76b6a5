using System.Collections.Immutable;

namespace Skerry.Replication.Core;

/// <summary>What a comparison found the receiver to lack.</summary>
/// <param name="From">Who sends it.</param>
/// <param name="Records">The records.</param>
internal sealed record Repair(string From, ImmutableArray<CarriedRecord> Records) : ReplicationMessage(From);
