using System.Collections.Immutable;

namespace Skerry.Replication.Core;

/// <summary>Asks for records by name; the answer is a <see cref="Repair"/>.</summary>
/// <param name="From">Who asks.</param>
/// <param name="Names">Which, with the version the other side said it has.</param>
internal sealed record Want(string From, ImmutableArray<KnownVersion> Names) : ReplicationMessage(From);
