using System.Collections.Immutable;

namespace Skerry.Replication.Core;

/// <summary>Which versions the sender has of some owners' records; the receiver sends what is newer with it, and asks for what is newer here.</summary>
/// <param name="From">Who.</param>
/// <param name="Owners">The owners compared: a record of theirs that is not listed is unknown to the sender.</param>
/// <param name="Known">The versions.</param>
internal sealed record Versions(string From, ImmutableArray<string> Owners, ImmutableArray<KnownVersion> Known) : ReplicationMessage(From);
