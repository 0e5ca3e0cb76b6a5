using System.Collections.Immutable;

namespace Skerry.Proxy.Dns;

/// <summary>What is answered to a query.</summary>
/// <param name="Code">How it went.</param>
/// <param name="IsAuthoritative">Whether the name is under this server's domain.</param>
/// <param name="Answers">What was asked for.</param>
/// <param name="Authorities">The domain's SOA, when there is nothing to answer.</param>
/// <param name="Additional">What the client will ask for next.</param>
internal sealed record DnsAnswer(DnsCode Code, bool IsAuthoritative, ImmutableArray<DnsRecord> Answers, ImmutableArray<DnsRecord> Authorities, ImmutableArray<DnsRecord> Additional)
{
    public static DnsAnswer Error(DnsCode code) => new(code, IsAuthoritative: false, [], [], []);
}
