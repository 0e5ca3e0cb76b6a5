namespace Skerry.Simulation;

/// <summary>Something that keeps packets from some nodes to some others, while it stands.</summary>
internal abstract class Cut
{
    /// <summary>Whether it stops a packet on this way.</summary>
    public abstract bool Blocks(int from, int to);
}
