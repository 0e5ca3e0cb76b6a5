using System.Net;

namespace Skerry.Proxy.Dns;

/// <summary>A record of an answer.</summary>
/// <param name="Name">Whose it is, with dots.</param>
/// <param name="Type">A, AAAA, SRV or SOA.</param>
/// <param name="Address">Of A and AAAA.</param>
/// <param name="Port">Of SRV.</param>
/// <param name="Target">Of SRV: the host's name. Of SOA: the server's.</param>
/// <param name="Serial">Of SOA.</param>
/// <param name="Weight">Of SRV.</param>
internal sealed record DnsRecord(string Name, DnsType Type, IPAddress? Address = null, int Port = 0, string Target = "", uint Serial = 0, int Weight = 0)
{
    public static DnsRecord Of(string name, IPAddress address) =>
        new(name, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? DnsType.Aaaa : DnsType.A, address);
}
