using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>A publication that neighbours have yet to acknowledge.</summary>
/// <param name="records">What is published.</param>
/// <param name="waiting">Who has not acknowledged, in the order asked.</param>
/// <param name="deadline">It is done then, whoever has acknowledged.</param>
internal sealed class PendingPublish(ImmutableArray<CarriedRecord> records, List<string> waiting, Instant deadline)
{
    public ImmutableArray<CarriedRecord> Records => records;

    public List<string> Waiting => waiting;

    public Instant Deadline => deadline;

    /// <summary>When those who have not answered are asked again: the packet or its answer may be lost.</summary>
    public Instant ResendAt { get; set; }

    public int Acknowledged { get; set; }

    public bool IsDone(Instant now) => Waiting.Count == 0 || Deadline <= now;
}
