namespace Skerry.Manifest;

/// <summary>The group's log as the manifest needs it: commands go in on any node, and come out of <see cref="ManifestNode.Apply"/> on every node in one order.</summary>
public interface IManifestLog
{
    /// <summary>How this node sees the log now.</summary>
    ManifestLogStatus Status { get; }

    /// <summary>
    /// Has a command appended. On the leader that means <see cref="ManifestNode.Stamp"/> and append; elsewhere its bytes go to the leader, which does that. The answer comes out of
    /// <see cref="ManifestNode.Apply"/>, not from here: it completes when the command is in the log to stay, or with why it may not be. A command may be handed in again
    /// after an error, as other bytes: it is applied once.
    /// </summary>
    /// <param name="command">Its bytes; the log's from now on, never changed or used again by the caller.</param>
    /// <param name="cancellation">Ends the wait; the command may be applied all the same.</param>
    /// <returns><see cref="ManifestError.None"/>, or <see cref="ManifestError.NoLeader"/>, <see cref="ManifestError.LeaderChanged"/>, <see cref="ManifestError.Stopped"/>.</returns>
    Task<ManifestError> ProposeAsync(Memory<byte> command, CancellationToken cancellation);

    /// <summary>Completes when this node has applied everything that was committed when it was called, proved with the group.</summary>
    /// <returns>As for <see cref="ProposeAsync"/>.</returns>
    ValueTask<ManifestError> ReadBarrierAsync(CancellationToken cancellation);
}
