namespace Skerry.Raft.Driver;

/// <summary>A proposal that somebody waits for.</summary>
/// <param name="command">Its bytes.</param>
internal sealed class AwaitedProposal(ReadOnlyMemory<byte> command) : RaftProposal(command)
{
    private readonly TaskCompletionSource<RaftResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<RaftResult> Task => _done.Task;

    public override void Complete(RaftResult result) => _done.TrySetResult(result);
}
