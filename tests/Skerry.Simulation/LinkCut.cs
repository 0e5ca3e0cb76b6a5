namespace Skerry.Simulation;

/// <summary>One link, one way: packets the other way still arrive.</summary>
/// <param name="source">Whose packets are lost.</param>
/// <param name="target">Who misses them.</param>
internal sealed class LinkCut(int source, int target) : Cut
{
    /// <inheritdoc/>
    public override bool Blocks(int from, int to) => from == source && to == target;

    /// <inheritdoc/>
    public override string ToString() => $"link {source}->{target}";
}
