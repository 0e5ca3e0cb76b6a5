namespace Skerry.Raft;

/// <summary>A command on its way into the log, for who hands in many and waits for none of them.</summary>
/// <param name="command">Its bytes. The log keeps them, they are not copied: never to be changed again.</param>
public abstract class RaftProposal(ReadOnlyMemory<byte> command)
{
    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Command => command;

    /// <summary>Where it stands in the log.</summary>
    internal ulong Index { get; set; }

    /// <summary>The term it was appended in: whatever is applied at its place with another one is not it.</summary>
    internal ulong Term { get; set; }

    /// <summary>
    /// Told what became of it: applied here, or why it is not in the log, or may not be. Comes on a thread of the node that has other things to do: must not wait, and must not throw. Only the first
    /// call counts, there may be another when the node stops.
    /// </summary>
    public abstract void Complete(RaftResult result);

    internal void Complete(RaftError error) => Complete(new RaftResult(error));
}
