namespace Skerry.Gossip.Core;

/// <summary>A logical clock (Lamport, 1978): orders messages, says nothing about the hour.</summary>
internal sealed class LamportClock
{
    /// <summary>The time to stamp the next message with; 1 at the start.</summary>
    public ulong Now { get; private set; } = 1;

    /// <summary>Stamps a message of our own and moves on.</summary>
    public ulong Tick() => Now++;

    /// <summary>Moves past a time seen on somebody's message.</summary>
    /// <returns>Whether that was ahead of this clock.</returns>
    public bool Witness(ulong time)
    {
        if (time < Now || time == ulong.MaxValue) return false;
        Now = time + 1;
        return true;
    }
}
