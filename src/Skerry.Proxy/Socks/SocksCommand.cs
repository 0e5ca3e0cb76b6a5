namespace Skerry.Proxy.Socks;

/// <summary>What a client wants (RFC 1928, section 4).</summary>
internal enum SocksCommand : byte
{
    Connect = 1,
    Bind = 2,
    UdpAssociate = 3,
}
