namespace Skerry.Raft.Core;

/// <summary>What a member must not forget beside its log.</summary>
/// <param name="Term">The latest term it has seen.</param>
/// <param name="Vote">Whom it voted for in that term; 0 nobody.</param>
internal readonly record struct HardState(ulong Term, ulong Vote);
