namespace Skerry.Agent.CommandLine;

/// <summary>What the agent answered, as it is.</summary>
/// <param name="IsFound">Whether what was asked for is there.</param>
/// <param name="Body">The body.</param>
/// <param name="Index">For whoever waits for a change of it; 0 where there is none.</param>
/// <param name="Revision">The revision that a write made; 0 where there is none.</param>
internal sealed record AgentAnswer(bool IsFound, byte[] Body, long Index, long Revision);
