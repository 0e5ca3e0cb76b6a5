namespace Skerry.Raft.Core;

/// <summary>What became of a command.</summary>
/// <param name="Refusal">Why it was not taken; <see cref="Refusal.None"/> when it was.</param>
/// <param name="Index">Where its (first) entry stands. It is done when the entry applied there has this term, and lost when it has another.</param>
/// <param name="Term">That entry's term.</param>
internal readonly record struct CommandResult(Refusal Refusal, ulong Index = 0, ulong Term = 0)
{
    public bool IsTaken => Refusal == Refusal.None;
}
