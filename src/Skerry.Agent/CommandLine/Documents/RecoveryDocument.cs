namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What <c>PUT /v1/skerry/group/recover</c> takes.</summary>
/// <param name="Lost">Servers that are gone for good.</param>
/// <param name="Confirm">Whether to do it.</param>
internal sealed record RecoveryDocument(string[] Lost, bool Confirm);
