namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A mesh's authority.</summary>
/// <param name="PublicKey">Its public key, 32 bytes in base64.</param>
internal sealed record AuthorityResult(string PublicKey);
