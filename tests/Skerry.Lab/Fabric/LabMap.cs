namespace Skerry.Lab.Fabric;

/// <summary>What a lab is made from.</summary>
/// <param name="Sites">In order of making.</param>
internal sealed record LabMap(params IReadOnlyList<SitePlan> Sites)
{
    /// <summary>One-way delays between regions, both directions; inside a region too, where it is named twice. Others have none.</summary>
    public IReadOnlyList<(string One, string Other, TimeSpan Delay)> Delays { get; init; } = [];

    /// <summary>Decides which packets are lost.</summary>
    public ulong Seed { get; init; } = 1;
}
