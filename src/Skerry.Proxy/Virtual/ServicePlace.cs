using System.Collections.Immutable;
using System.Net;

namespace Skerry.Proxy.Virtual;

/// <summary>Where a service is met on this node.</summary>
/// <param name="Address">Its loopback address.</param>
/// <param name="Ports">Ports of its instances, ascending.</param>
internal sealed record ServicePlace(IPAddress Address, ImmutableArray<int> Ports);
