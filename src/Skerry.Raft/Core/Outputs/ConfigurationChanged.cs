namespace Skerry.Raft.Core;

/// <summary>Other members are in force.</summary>
/// <param name="Configuration">They.</param>
/// <param name="Index">Where they stand in the log.</param>
/// <param name="IsCommitted">Whether that is committed; if not, it may be taken back.</param>
internal sealed record ConfigurationChanged(RaftConfiguration Configuration, ulong Index, bool IsCommitted) : RaftOutput;
