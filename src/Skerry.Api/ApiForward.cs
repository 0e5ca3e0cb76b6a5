using System.Net;

namespace Skerry.Api;

/// <summary>A local address that leads to a service.</summary>
/// <param name="Id">Names it while it is open.</param>
/// <param name="Service">Name of the service.</param>
/// <param name="Group">The group whose instances are used; empty: any, the own first.</param>
/// <param name="Network"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Policy">Which instance gets the next connection, in the words of the configuration.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="IsConfigured">Whether the configuration holds it.</param>
/// <param name="Open">Connections, or clients of UDP, open now.</param>
/// <param name="Opened">Those there ever were.</param>
/// <param name="Failed">Those of them that reached no instance.</param>
/// <param name="Instances">Healthy instances that the next connection could go to.</param>
public sealed record ApiForward(string Id, string Service, string Group, string Network, string Policy, IPEndPoint Address, bool IsConfigured, int Open, long Opened, long Failed, int Instances);
