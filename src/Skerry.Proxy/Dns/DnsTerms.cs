using System.Collections.Immutable;
using System.Net;

using Skerry.Proxy.Virtual;

namespace Skerry.Proxy.Dns;

/// <summary>How names are answered, as it is now.</summary>
/// <param name="Names">The domain.</param>
/// <param name="Zone">What is under it.</param>
/// <param name="Ttl">For how long answers may be kept, seconds.</param>
/// <param name="Recursors">Who is asked for other names.</param>
internal sealed record DnsTerms(DnsNames Names, DnsZone Zone, uint Ttl, ImmutableArray<IPEndPoint> Recursors)
{
    public static DnsTerms Of(DnsOptions options, ProxyIdentity identity, IServiceAddresses? addresses)
    {
        var names = new DnsNames(options.Domain);
        return new DnsTerms(names, new DnsZone(names, identity, addresses), (uint)options.Ttl.TotalSeconds, options.Recursors);
    }
}
