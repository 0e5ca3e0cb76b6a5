namespace Skerry.Proxy.Socks;

/// <summary>How a request went (RFC 1928, section 6).</summary>
internal enum SocksReply : byte
{
    Succeeded = 0,
    Failed = 1,
    NotAllowed = 2,
    HostUnreachable = 4,
    Refused = 5,
    CommandNotSupported = 7,
    AddressNotSupported = 8,
}
