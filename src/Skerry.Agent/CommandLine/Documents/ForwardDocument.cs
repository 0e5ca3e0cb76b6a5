namespace Skerry.Agent.CommandLine.Documents;

/// <summary>What <c>PUT /v1/skerry/forwards</c> takes.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Group">A group's name; empty: any, the own first.</param>
/// <param name="Listen">ADDRESS:PORT.</param>
/// <param name="Network"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Policy">Which instance gets the next connection.</param>
internal sealed record ForwardDocument(string Service, string Group, string Listen, string Network, string Policy);
