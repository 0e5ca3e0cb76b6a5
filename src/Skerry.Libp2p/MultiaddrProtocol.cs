using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Libp2p;

/// <summary>A kind of layer in a <see cref="Multiaddr"/>, with its number in the multicodec table.</summary>
public sealed class MultiaddrProtocol
{
    /// <summary>A <see cref="Size"/> that stands before the value.</summary>
    internal const int Prefixed = -1;

    private const int MaxName = 253;

    private static readonly SearchValues<byte> HostLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"u8);

    private static readonly MultiaddrProtocol[] All =
    [
        new("ip4", 0x04, 4), new("tcp", 0x06, 2), new("ip6", 0x29, 16), new("dns", 0x35, Prefixed), new("dns4", 0x36, Prefixed), new("dns6", 0x37, Prefixed),
        new("dnsaddr", 0x38, Prefixed), new("udp", 0x0111, 2), new("p2p-circuit", 0x0122, 0), new("p2p", 0x01A5, Prefixed), new("tls", 0x01C0, 0), new("sni", 0x01C1, Prefixed),
        new("quic-v1", 0x01CD, 0), new("ws", 0x01DD, 0), new("wss", 0x01DE, 0),
    ];

    private MultiaddrProtocol(string name, ulong code, int size)
    {
        Name = name;
        Code = code;
        Size = size;
    }

    /// <summary>Its name in text.</summary>
    public string Name { get; }

    /// <summary>Its number in bytes.</summary>
    public ulong Code { get; }

    /// <summary>Bytes of its value; 0: it has none; <see cref="Prefixed"/>: as the bytes say.</summary>
    internal int Size { get; }

    internal static MultiaddrProtocol? Find(string name) => Array.Find(All, protocol => protocol.Name == (name == "ipfs" ? "p2p" : name));

    internal static MultiaddrProtocol? Find(ulong code) => Array.Find(All, protocol => protocol.Code == code);

    internal bool IsSound(ReadOnlySpan<byte> value) => Name switch
    {
        "p2p" => PeerId.TryRead(value, out _),
        "dns" or "dns4" or "dns6" or "dnsaddr" or "sni" => IsHostName(value),
        _ => true,
    };

    internal string Format(ReadOnlySpan<byte> value) => Name switch
    {
        "ip4" or "ip6" => new IPAddress(value).ToString(),
        "tcp" or "udp" => BinaryPrimitives.ReadUInt16BigEndian(value).ToString(CultureInfo.InvariantCulture),
        "p2p" => PeerId.TryRead(value, out var id) ? id.ToString() : "",
        _ => Encoding.UTF8.GetString(value),
    };

    internal bool TryParse(string text, [NotNullWhen(true)] out byte[]? value)
    {
        value = Name switch
        {
            "ip4" => IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork ? ip.GetAddressBytes() : null,
            "ip6" => IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? ip.GetAddressBytes() : null,
            "tcp" or "udp" => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? [(byte)(port >> 8), (byte)port] : null,
            "p2p" => PeerId.TryParse(text, out var id) ? id.Bytes.ToArray() : null,
            _ => Encoding.UTF8.GetBytes(text) is var name && IsHostName(name) ? name : null,
        };
        return value is not null;
    }

    /// <summary>Letters, digits, dots, hyphens and underscores: nothing that would end the layer or start another.</summary>
    private static bool IsHostName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= MaxName && name.IndexOfAnyExcept(HostLetters) < 0;
}
