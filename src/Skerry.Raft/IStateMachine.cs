namespace Skerry.Raft;

/// <summary>
/// What a group agrees on. All calls but <see cref="IRaftSnapshot.WriteTo"/> come one after the other, never two at a time. An exception from any of them stops the node: a state that
/// took half a command is not that of the others any more.
/// </summary>
public interface IStateMachine
{
    /// <summary>Takes the next command. The same commands in the same order must give the same state on every node.</summary>
    /// <param name="index">Its place in the log, always above the last one.</param>
    /// <param name="command">Its bytes, for the time of the call.</param>
    /// <returns>The answer for whoever proposed it on this node; dropped elsewhere.</returns>
    object? Apply(ulong index, ReadOnlySpan<byte> command);

    /// <summary>The state as it is now, to be written out while commands go on.</summary>
    IRaftSnapshot Snapshot();

    /// <summary>Puts a snapshot in the place of the state.</summary>
    /// <param name="index">The last entry in it.</param>
    /// <param name="source">Its bytes, checked; to be read to the end.</param>
    void Restore(ulong index, Stream source);
}
