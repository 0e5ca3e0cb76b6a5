using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>
/// Finds what two nodes do not both know, and evens it out with <see cref="Repair"/>s. The seam at which another way of finding differences takes the
/// place of digests.
/// </summary>
internal interface IReconciler
{
    /// <summary>Opens a comparison with a peer.</summary>
    void Begin(string peer);

    /// <summary>Takes a message of a comparison; a <see cref="Repair"/> after its records were taken in.</summary>
    void Receive(ReplicationMessage message, Instant now);
}
