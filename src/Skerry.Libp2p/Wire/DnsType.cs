namespace Skerry.Libp2p.Wire;

/// <summary>Kinds of DNS records (RFC 1035, section 3.2.2; RFC 3596; RFC 2782).</summary>
internal enum DnsType : ushort
{
    A = 1,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Any = 255,
}
