namespace Skerry.Proxy.Dns;

/// <summary>How a query went (RFC 1035, section 4.1.1; RFC 6891, section 9).</summary>
internal enum DnsCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,

    /// <summary>An EDNS version that is not spoken: its upper bits are in the OPT record.</summary>
    BadVersion = 16,
}
