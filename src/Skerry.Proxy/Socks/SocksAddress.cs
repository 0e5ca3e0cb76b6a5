using System.Net;

namespace Skerry.Proxy.Socks;

/// <summary>A destination as a client writes it.</summary>
/// <param name="Host">A name, as written; or an address as text.</param>
/// <param name="Port">0 to 65535.</param>
/// <param name="Address">The address, when it is one.</param>
internal sealed record SocksAddress(string Host, int Port, IPAddress? Address);
