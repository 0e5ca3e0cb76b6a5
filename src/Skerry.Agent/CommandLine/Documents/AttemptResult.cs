namespace Skerry.Agent.CommandLine.Documents;

/// <summary>One address that was tried.</summary>
/// <param name="Address">Which.</param>
/// <param name="At">When.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Failure">Why it was not reached; null: it was.</param>
internal sealed record AttemptResult(string Address, DateTimeOffset At, double Milliseconds, string? Failure);
