namespace Skerry.Raft.Core;

/// <summary>What a snapshot stands for.</summary>
/// <param name="Index">The last entry in it; 0: there is none.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Configuration">The members as of that entry.</param>
internal sealed record SnapshotMeta(ulong Index, ulong Term, RaftConfiguration Configuration)
{
    /// <summary>No snapshot.</summary>
    public static readonly SnapshotMeta None = new(0, 0, RaftConfiguration.Empty);
}
