namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What <c>/v1/session/create</c> takes and answers.</summary>
/// <param name="ID">The session's id, in the answer.</param>
/// <param name="Name">For people.</param>
/// <param name="TTL">Its time, as Go writes it.</param>
/// <param name="LockDelay">How long its keys cannot be locked after it has ended, as Go writes it.</param>
internal sealed record SessionDocument(string? ID, string? Name, string? TTL, string? LockDelay);
