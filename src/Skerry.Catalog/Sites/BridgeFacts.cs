namespace Skerry.Catalog.Sites;

/// <summary>What a bridge tells other groups' bridges of itself.</summary>
internal sealed record BridgeFacts
{
    /// <summary>The group it speaks for.</summary>
    public required string Group { get; init; }

    /// <summary>How it is reached.</summary>
    public TunnelFacts Tunnel { get; init; } = TunnelFacts.None;

    /// <summary>How many records of its group's nodes it tells: who has fewer has not heard all yet.</summary>
    public int Records { get; init; }
}
