namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A member of the group that agrees.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Id">Its number.</param>
/// <param name="Role"><c>server</c> with a vote, or <c>observer</c>.</param>
/// <param name="Leader">Whether it leads.</param>
/// <param name="Alive">Whether membership sees it.</param>
/// <param name="Reachable">Whether it answered just now.</param>
/// <param name="Term">The term it is in; 0: it did not answer.</param>
/// <param name="Index">The last entry of its log.</param>
/// <param name="Lag">Entries it lacks of the leader's log; null: no leader says.</param>
/// <param name="SilenceMilliseconds">How long the leader has not heard it; null: of the leader itself, or no leader says.</param>
/// <param name="StateIndex">The entry its state stands after; 0: it did not answer.</param>
/// <param name="StateHash">The hash of that state: members at one entry must have one hash.</param>
/// <param name="Differs">Nodes whose state was found not to be like this member's: in a sound group there are none.</param>
/// <param name="Unsafe">Whether it acknowledges what it has not flushed.</param>
internal sealed record GroupMemberResult(
    string Node, string Id, string Role, bool Leader, bool Alive, bool Reachable, ulong Term, ulong Index, ulong? Lag, double? SilenceMilliseconds, ulong StateIndex,
    string? StateHash, string[]? Differs, bool Unsafe);
