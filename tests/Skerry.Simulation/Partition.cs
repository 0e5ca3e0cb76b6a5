namespace Skerry.Simulation;

/// <summary>Parts the nodes into an inside and an outside.</summary>
/// <param name="inside">For each node whether it is inside; nodes added later are outside.</param>
/// <param name="blocksOut">Whether packets from inside are lost on their way out.</param>
/// <param name="blocksIn">Whether packets from outside are lost on their way in.</param>
internal sealed class Partition(bool[] inside, bool blocksOut = true, bool blocksIn = true) : Cut
{
    /// <summary>A partition with the named nodes inside, cut off both ways.</summary>
    public static Partition Around(int nodes, params ReadOnlySpan<int> members)
    {
        var inside = new bool[nodes];
        foreach (var member in members) inside[member] = true;
        return new Partition(inside);
    }

    /// <inheritdoc/>
    public override bool Blocks(int from, int to)
    {
        var (isFromInside, isToInside) = (Contains(from), Contains(to));
        return isFromInside != isToInside && (isFromInside ? blocksOut : blocksIn);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var members = inside.Select((isInside, node) => (isInside, node)).Where(n => n.isInside).Select(n => n.node);
        return $"partition {(blocksOut, blocksIn) switch { (true, true) => "of", (true, false) => "out of", _ => "into" }} [{string.Join(' ', members)}]";
    }

    private bool Contains(int node) => node < inside.Length && inside[node];
}
