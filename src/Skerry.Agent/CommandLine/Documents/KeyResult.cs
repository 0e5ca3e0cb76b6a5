namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A fresh mesh key.</summary>
/// <param name="Key">32 bytes in base64.</param>
internal sealed record KeyResult(string Key);
