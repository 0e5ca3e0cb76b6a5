namespace Skerry.Catalog.Sites;

/// <summary>What a bridge tells its own group of another.</summary>
internal sealed record GroupFacts
{
    /// <summary>The bridge of the other group that all it tells comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it hears from the other group now.</summary>
    public bool IsReachable { get; init; }

    /// <summary>How many records of the other group's nodes it tells.</summary>
    public int Records { get; init; }
}
