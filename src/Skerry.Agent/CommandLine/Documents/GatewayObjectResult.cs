namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A gateway object.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Revision">Its version.</param>
/// <param name="CreateRevision">The revision that made it.</param>
/// <param name="Document">What it says, as YAML.</param>
internal sealed record GatewayObjectResult(string Kind, string Name, long Revision, long CreateRevision, string Document);
