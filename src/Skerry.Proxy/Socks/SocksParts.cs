using Skerry.Catalog;
using Skerry.Proxy.Datagrams;
using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Socks;

/// <summary>What serving SOCKS stands on.</summary>
/// <param name="Catalog">The newest snapshot.</param>
/// <param name="Dialer">Reaches instances.</param>
/// <param name="Carrier">Carries connections.</param>
/// <param name="Datagrams">Carries datagrams.</param>
internal sealed record SocksParts(Func<CatalogSnapshot> Catalog, InstanceDialer Dialer, TcpCarrier Carrier, DatagramCarrier Datagrams);
