using System.Net;

using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Virtual;

/// <summary>A virtual address and port, and the service that is met there.</summary>
/// <param name="Query">The service.</param>
/// <param name="Place">The address and port.</param>
internal sealed record VirtualKey(ServiceQuery Query, IPEndPoint Place);
