namespace Skerry.Raft;

/// <summary>What became of a proposal.</summary>
/// <param name="Error"><see cref="RaftError.None"/> when it was applied here.</param>
/// <param name="Index">Its place in the log; 0 when it has none.</param>
/// <param name="Value">What <see cref="IStateMachine.Apply"/> returned.</param>
public readonly record struct RaftResult(RaftError Error, ulong Index = 0, object? Value = null);
