using Skerry.Primitives;

namespace Skerry.Catalog.Sites;

/// <summary>One bridge as the wide exchange knows it: changed in place under the catalog's lock.</summary>
/// <param name="name">Its node.</param>
internal sealed class WideBridge(string name)
{
    public string Name => name;

    /// <summary>Its own word; null until it has come.</summary>
    public BridgeFacts? Facts { get; set; }

    /// <summary>What it tells of its group's nodes, by their parts' names.</summary>
    public SortedDictionary<string, WidePart> Parts { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it is connected now.</summary>
    public bool IsPresent { get; set; }

    /// <summary>When it was last connected, or heard of first.</summary>
    public Instant Since { get; set; }

    /// <summary>Whether it was ever connected.</summary>
    public bool WasPresent { get; set; }

    /// <summary>It speaks for its group no more; what it said last is kept for the case that nobody else does.</summary>
    public bool IsEnded { get; set; }

    /// <summary>Whether all it says it tells has come.</summary>
    public bool IsComplete => Facts is { } facts && Parts.Count >= facts.Records;

    /// <summary>Nodes it holds alive.</summary>
    public int Alive => Parts.Values.Count(part => part.IsAlive);

    /// <summary>Whether it was connected within a time.</summary>
    public bool IsReached(Instant now, TimeSpan within) => !IsEnded && (IsPresent || (WasPresent && Since + within > now));
}
