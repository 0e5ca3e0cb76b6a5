using Skerry.Raft;

namespace Skerry.Manifest.Core.Founding;

/// <summary>A group that is to be.</summary>
/// <param name="Cluster">Its number: drawn by chance, not 0.</param>
/// <param name="Founders">Its first voters, in order of name. The first decides.</param>
internal sealed record FoundingPlan(ulong Cluster, IReadOnlyList<RaftFounder> Founders)
{
    /// <summary>Who decides whether it comes to be.</summary>
    public RaftFounder Coordinator => Founders[0];

    public bool Includes(ulong id) => Founders.Any(founder => founder.Id == id);

    public bool IsSame(FoundingPlan other) => Cluster == other.Cluster && Founders.SequenceEqual(other.Founders);
}
