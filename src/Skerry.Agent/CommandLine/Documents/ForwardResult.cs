namespace Skerry.Agent.CommandLine.Documents;

/// <summary>A forward as <c>skerry forward</c> prints it, and as the API answers it.</summary>
/// <param name="Id">Names it while it is open.</param>
/// <param name="Service">Name of the service.</param>
/// <param name="Group">The group whose instances are used; empty: any, the own first.</param>
/// <param name="Network"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Policy">Which instance gets the next connection.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Configured">Whether the configuration holds it.</param>
/// <param name="Open">Connections open now.</param>
/// <param name="Opened">Those there ever were.</param>
/// <param name="Failed">Those of them that reached no instance.</param>
/// <param name="Instances">Healthy instances that the next connection could go to.</param>
internal sealed record ForwardResult(string Id, string Service, string Group, string Network, string Policy, string Address, bool Configured, int Open, long Opened, long Failed, int Instances);
