namespace Skerry.Manifest;

/// <summary>The way to the node that leads.</summary>
public interface ILeaderLink
{
    /// <summary>Brings a command to a node, which gives it to its own <see cref="GroupLog.AcceptAsync"/>, and the answer back.</summary>
    /// <returns>That answer; <see cref="ManifestError.NoLeader"/> where the node cannot be reached, <see cref="ManifestError.LeaderChanged"/> where it was lost on the way.</returns>
    Task<ManifestError> ForwardAsync(string node, ReadOnlyMemory<byte> command, CancellationToken cancellation);
}
