namespace Skerry.Manifest;

/// <summary>The group's log as the manifest needs it: commands go in on any node, and come out of <see cref="ManifestNode.Apply"/> on every node in one order.</summary>
public interface IManifestLog
{
    /// <summary>How this node sees the log now.</summary>
    ManifestLogStatus Status { get; }

    /// <summary>
    /// Has a command appended. On the leader that means <see cref="ManifestNode.Stamp"/> and append; elsewhere its bytes go to the leader, which does that. The answer comes out of
    /// <see cref="ManifestNode.Apply"/>. Where the command is not in the log to stay, or may not be, <see cref="ManifestNode.Refuse(ReadOnlySpan{byte}, ManifestError)"/> is called, at once or later,
    /// with <see cref="ManifestError.NoLeader"/>, <see cref="ManifestError.LeaderChanged"/>, <see cref="ManifestError.Stopped"/> or what else is wrong. A command may be handed in again after
    /// that, as other bytes: it is applied once.
    /// </summary>
    /// <param name="command">Its bytes; the log's from now on, never changed or used again by the caller.</param>
    void Propose(Memory<byte> command);

    /// <summary>Completes when this node has applied everything that was committed when it was called, proved with the group.</summary>
    /// <returns><see cref="ManifestError.None"/>, <see cref="ManifestError.NoLeader"/>, or <see cref="ManifestError.Stopped"/>.</returns>
    ValueTask<ManifestError> ReadBarrierAsync(CancellationToken cancellation);
}
