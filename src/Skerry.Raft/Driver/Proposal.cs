namespace Skerry.Raft.Driver;

/// <summary>A command on its way to the log, and whoever waits for it.</summary>
/// <param name="command">Its bytes.</param>
internal sealed class Proposal(ReadOnlyMemory<byte> command) : TaskCompletionSource<RaftResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ReadOnlyMemory<byte> Command => command;

    /// <summary>Where it stands in the log.</summary>
    public ulong Index { get; set; }

    /// <summary>The term it was appended in: whatever is applied at its place with another one is not it.</summary>
    public ulong Term { get; set; }

    public void Complete(RaftError error) => TrySetResult(new RaftResult(error));
}
