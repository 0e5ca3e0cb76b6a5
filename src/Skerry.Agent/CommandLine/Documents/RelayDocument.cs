namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What <c>PUT /v1/skerry/relays/NODE</c> takes.</summary>
/// <param name="Addresses">Where the relay is reached.</param>
internal sealed record RelayDocument(string[] Addresses);
