using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p;

/// <summary>
/// A way to reach a peer, layer by layer: <c>/ip4/10.0.0.1/tcp/20006/p2p/12D3KooW…</c>, or through a relay <c>/…/p2p/RELAY/p2p-circuit/p2p/PEER</c>
/// (multiformats multiaddr specification). Immutable; equal when the text is.
/// </summary>
public sealed class Multiaddr : IEquatable<Multiaddr>
{
    /// <summary>The longest taken in, bytes and characters.</summary>
    private const int MaxLength = 1024;

    private readonly string _text;
    private readonly byte[] _bytes;

    private Multiaddr(IReadOnlyList<MultiaddrPart> parts)
    {
        Parts = parts;
        _text = string.Concat(parts.Select(part => part.ToString()));
        _bytes = [.. parts.SelectMany(part => part.ToBytes())];
    }

    /// <summary>The layers, outermost first.</summary>
    public IReadOnlyList<MultiaddrPart> Parts { get; }

    /// <summary>As messages carry it.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The peer at the end of the way, if the address names one.</summary>
    public PeerId? PeerId => Parts is [.., { Protocol.Name: "p2p" } last] && Skerry.Libp2p.PeerId.TryRead(last.Value, out var id) ? id : null;

    /// <summary>Whether the way leads through a relay.</summary>
    public bool IsCircuit => Parts.Any(part => part.Protocol.Name == "p2p-circuit");

    /// <summary>Reads an address from text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Multiaddr? address)
    {
        address = null;
        if (text is null || text.Length is 0 or > MaxLength || text[0] != '/') return false;
        var words = text.TrimEnd('/').Split('/')[1..];
        var parts = new List<MultiaddrPart>();
        for (var i = 0; i < words.Length; i++)
        {
            if (MultiaddrProtocol.Find(words[i]) is not { } protocol) return false;
            if (protocol.Size == 0)
            {
                parts.Add(new MultiaddrPart(protocol, []));
                continue;
            }

            if (++i >= words.Length || !protocol.TryParse(words[i], out var value)) return false;
            parts.Add(new MultiaddrPart(protocol, value));
        }

        if (parts.Count == 0) return false;
        address = new Multiaddr(parts);
        return true;
    }

    /// <summary>Reads an address from text that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Multiaddr Parse(string text) => TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no multiaddr, as /ip4/10.0.0.1/tcp/20006 would be.");

    /// <summary>Reads an address from bytes; one with a protocol nobody here knows is refused.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Multiaddr? address)
    {
        address = null;
        if (bytes.Length is 0 or > MaxLength) return false;
        var parts = new List<MultiaddrPart>();
        while (bytes.Length > 0)
        {
            if (!VarInt.TryRead(bytes, out var code, out var taken) || MultiaddrProtocol.Find(code) is not { } protocol) return false;
            bytes = bytes[taken..];
            var length = protocol.Size;
            if (length == MultiaddrProtocol.Prefixed)
            {
                if (!VarInt.TryRead(bytes, out var prefix, out taken) || prefix > (ulong)(bytes.Length - taken)) return false;
                bytes = bytes[taken..];
                length = (int)prefix;
            }

            if (length > bytes.Length || !protocol.IsSound(bytes[..length])) return false;
            parts.Add(new MultiaddrPart(protocol, bytes[..length].ToArray()));
            bytes = bytes[length..];
        }

        address = new Multiaddr(parts);
        return true;
    }

    /// <summary>The TCP address of a socket.</summary>
    public static Multiaddr FromTcp(IPEndPoint endPoint)
    {
        var ip = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        return Parse(FormattableString.Invariant($"/{(ip.AddressFamily == AddressFamily.InterNetwork ? "ip4" : "ip6")}/{ip}/tcp/{endPoint.Port}"));
    }

    /// <summary>This address with layers of another behind it.</summary>
    public Multiaddr With(Multiaddr rest) => new([.. Parts, .. rest.Parts]);

    /// <summary>This address, saying which peer is there.</summary>
    public Multiaddr WithPeer(PeerId peer) => PeerId == peer ? this : With(Parse("/p2p/" + peer));

    /// <summary>This address without the peer at its end.</summary>
    public Multiaddr WithoutPeer() => PeerId is null || Parts.Count == 1 ? this : new Multiaddr([.. Parts.Take(Parts.Count - 1)]);

    /// <summary>Splits a way through a relay.</summary>
    /// <param name="relay">The way to the relay, which it names.</param>
    /// <param name="called">Who is behind the relay.</param>
    /// <returns>False when it is none, or does not name both.</returns>
    public bool TrySplitCircuit([NotNullWhen(true)] out Multiaddr? relay, out PeerId called)
    {
        relay = null;
        called = default;
        var at = Parts.ToList().FindLastIndex(part => part.Protocol.Name == "p2p-circuit");
        if (at <= 0 || at != Parts.Count - 2 || PeerId is not { } last) return false;
        relay = new Multiaddr([.. Parts.Take(at)]);
        called = last;
        return relay.PeerId is not null;
    }

    /// <summary>The socket address of a way that begins with an IP and TCP; names are not looked up.</summary>
    public bool TryGetTcp([NotNullWhen(true)] out EndPoint? endPoint)
    {
        endPoint = null;
        if (Parts is not [var host, { Protocol.Name: "tcp" } tcp, ..]) return false;
        var port = (tcp.Value[0] << 8) | tcp.Value[1];
        endPoint = host.Protocol.Name switch
        {
            "ip4" or "ip6" => new IPEndPoint(new IPAddress(host.Value), port),
            "dns" => new DnsEndPoint(Encoding.UTF8.GetString(host.Value), port),
            "dns4" => new DnsEndPoint(Encoding.UTF8.GetString(host.Value), port, AddressFamily.InterNetwork),
            "dns6" => new DnsEndPoint(Encoding.UTF8.GetString(host.Value), port, AddressFamily.InterNetworkV6),
            _ => null,
        };
        return endPoint is not null;
    }

    /// <inheritdoc/>
    public bool Equals(Multiaddr? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Multiaddr);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(_text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
