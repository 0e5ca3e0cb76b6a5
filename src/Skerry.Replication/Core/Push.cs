using System.Collections.Immutable;

namespace Skerry.Replication.Core;

/// <summary>News, to be passed on.</summary>
/// <param name="From">Who passes it on.</param>
/// <param name="Ticket">What the acknowledgement answers with; 0: none is wanted.</param>
/// <param name="Records">The news.</param>
internal sealed record Push(string From, ulong Ticket, ImmutableArray<CarriedRecord> Records) : ReplicationMessage(From);
