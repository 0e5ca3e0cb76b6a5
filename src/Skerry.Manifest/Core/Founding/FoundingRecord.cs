namespace Skerry.Manifest.Core.Founding;

/// <summary>What a node must not forget of its group's founding.</summary>
/// <param name="Step">How far it is.</param>
/// <param name="Plan">What it has promised, or has become part of; without founders where it was welcomed. Null: nothing.</param>
internal sealed record FoundingRecord(FoundingStep Step, FoundingPlan? Plan)
{
    public static readonly FoundingRecord None = new(FoundingStep.None, null);

    /// <summary>The number of the group it belongs to; 0: none.</summary>
    public ulong Cluster => Step == FoundingStep.Member ? Plan!.Cluster : 0;
}
