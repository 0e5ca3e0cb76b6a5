using System.Net;

namespace Skerry.Api;

/// <summary>A forward to open.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Group">The group whose instances are used; empty: any, the own first.</param>
/// <param name="Listen">Where clients connect to; port 0 takes a free one.</param>
/// <param name="Network"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Policy">In the words of the configuration; empty: nearest.</param>
public sealed record ApiForwardRequest(string Service, string Group, IPEndPoint Listen, string Network, string Policy);
