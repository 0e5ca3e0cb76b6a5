namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What a verb that changes something has done.</summary>
/// <param name="Done">What it did: <c>joined</c>, <c>registered</c>.</param>
/// <param name="Subjects">To what.</param>
internal sealed record OutcomeResult(string Done, string[] Subjects);
