using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>A publication that neighbours have yet to acknowledge.</summary>
/// <param name="deadline">It is done then, whoever has acknowledged.</param>
/// <param name="waiting">Who has not.</param>
internal sealed class PendingPublish(Instant deadline, HashSet<string> waiting)
{
    public Instant Deadline => deadline;

    public HashSet<string> Waiting => waiting;

    public int Acknowledged { get; set; }
}
