namespace Skerry.Manifest;

/// <summary>The way to the node that leads.</summary>
public interface ILeaderLink
{
    /// <summary>Hears that a command is not in the log to stay, or may not be: its number, and why.</summary>
    event Action<ulong, ManifestError>? Refused;

    /// <summary>Hears that of all that was brought to a node and not refused it is not known whether it arrived.</summary>
    event Action<string>? Lost;

    /// <summary>Brings a command to a node, which gives it to its own <see cref="GroupLog.Accept"/>. There is no answer to one that was taken: it comes back through the log.</summary>
    /// <param name="node">The node.</param>
    /// <param name="command">Its bytes, never to be changed.</param>
    /// <param name="number">Its number among this node's.</param>
    void Forward(string node, ReadOnlyMemory<byte> command, ulong number);
}
