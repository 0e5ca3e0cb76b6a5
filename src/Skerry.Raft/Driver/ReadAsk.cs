using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>Somebody who waits until everything that was committed when he asked is applied here.</summary>
internal sealed class ReadAsk(ReadMode mode) : TaskCompletionSource<RaftResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ReadMode Mode => mode;
}
