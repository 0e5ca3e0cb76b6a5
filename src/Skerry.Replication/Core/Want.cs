using System.Collections.Immutable;

namespace Skerry.Replication.Core;

/// <summary>Asks for records by name.</summary>
/// <param name="From">Who asks.</param>
/// <param name="Names">Which.</param>
internal sealed record Want(string From, ImmutableArray<KnownVersion> Names) : ReplicationMessage(From);
