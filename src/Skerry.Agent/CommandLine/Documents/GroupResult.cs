namespace Skerry.Agent.CommandLine.Documents;

/// <summary>The group that agrees, as <c>skerry group status</c> prints it and the API answers it.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Leader">The leader's node; null: there is none.</param>
/// <param name="Term">The latest term.</param>
/// <param name="FailureTolerance">How many servers may fail yet; below 0: the majority is gone.</param>
/// <param name="Members">Everybody.</param>
/// <param name="Outside">The node that was asked, where it was removed and is no member any more.</param>
internal sealed record GroupResult(string Group, string? Leader, ulong Term, int FailureTolerance, GroupMemberResult[] Members, string? Outside = null);
