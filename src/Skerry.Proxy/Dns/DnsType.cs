namespace Skerry.Proxy.Dns;

/// <summary>Types of records (RFC 1035, section 3.2.2; RFC 2782; RFC 3596; RFC 6891).</summary>
internal enum DnsType : ushort
{
    A = 1,
    Soa = 6,
    Aaaa = 28,
    Srv = 33,
    Opt = 41,
    Any = 255,
}
