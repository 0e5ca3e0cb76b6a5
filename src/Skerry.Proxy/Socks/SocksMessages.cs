using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Skerry.Proxy.Socks;

/// <summary>
/// SOCKS 5's messages as bytes (RFC 1928, sections 3 to 7; RFC 1929, section 2):
/// <code>
/// greeting: 5 | count 1 | methods count        answer: 5 | method
/// sign-on:  1 | length 1 | user | length 1 | password        answer: 1 | 0 or not
/// request:  5 | command 1 | 0 | address        answer: 5 | reply 1 | 0 | address
/// datagram: 0 0 | fragment 1 | address | data
/// address:  1 | 4 bytes | port 2        3 | length 1 | name | port 2        4 | 16 bytes | port 2
/// </code>
/// Reading never throws, and looks no further than the longest message there is.
/// </summary>
internal static class SocksMessages
{
    public const byte Version = 5;

    /// <summary>The longest message of a client: a sign-on with 255 bytes each.</summary>
    public const int MaxSize = 3 + 255 + 255;

    /// <summary>A method that means none of those offered will do.</summary>
    public const byte NoMethod = 0xFF;

    /// <param name="bytes">What has come.</param>
    /// <param name="methods">Ways to sign on that the client knows: 0 none, 2 by name and password.</param>
    /// <param name="size">Bytes it took.</param>
    public static SocksRead TryReadGreeting(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> methods, out int size)
    {
        methods = [];
        size = 0;
        if (bytes.Length > 0 && bytes[0] != Version) return SocksRead.Bad;
        if (bytes.Length < 2 || bytes.Length < 2 + bytes[1]) return SocksRead.More;
        size = 2 + bytes[1];
        methods = bytes[2..size];
        return SocksRead.Done;
    }

    public static SocksRead TryReadSignOn(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> password, out int size)
    {
        user = password = [];
        size = 0;
        if (bytes.Length > 0 && bytes[0] != 1) return SocksRead.Bad;
        if (bytes.Length < 2 || bytes.Length < 3 + bytes[1]) return SocksRead.More;
        var at = 2 + bytes[1];
        if (bytes.Length < at + 1 + bytes[at]) return SocksRead.More;
        user = bytes[2..at];
        password = bytes.Slice(at + 1, bytes[at]);
        size = at + 1 + bytes[at];
        return SocksRead.Done;
    }

    public static SocksRead TryReadRequest(ReadOnlySpan<byte> bytes, out SocksRequest request, out int size)
    {
        (request, size) = (null!, 0);
        if (bytes.Length > 0 && bytes[0] != Version) return SocksRead.Bad;
        if (bytes.Length < 4) return SocksRead.More;
        var read = TryReadAddress(bytes[3..], out var address, out var length);
        if (read == SocksRead.More) return read;
        // What follows an address of no kind is not known: it is taken with it, so that the client can be told.
        size = read == SocksRead.Bad ? bytes.Length : 3 + length;
        request = new SocksRequest((SocksCommand)bytes[1], address);
        return SocksRead.Done;
    }

    /// <summary>A datagram's head; false for one that is none, or a piece of a larger one, which RFC 1928 lets a server drop.</summary>
    public static bool TryReadDatagram(ReadOnlySpan<byte> bytes, out SocksAddress destination, out int size)
    {
        (destination, size) = (null!, 0);
        if (bytes.Length < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 0) return false;
        if (TryReadAddress(bytes[3..], out var address, out var length) != SocksRead.Done || address is null) return false;
        (destination, size) = (address, 3 + length);
        return true;
    }

    public static byte[] Answer(SocksReply reply, IPEndPoint? bound = null)
    {
        var address = (bound?.Address ?? IPAddress.Any).GetAddressBytes();
        var answer = new byte[6 + address.Length];
        answer[0] = Version;
        answer[1] = (byte)reply;
        answer[3] = (byte)(address.Length == 4 ? 1 : 4);
        address.CopyTo(answer, 4);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(4 + address.Length), (ushort)(bound?.Port ?? 0));
        return answer;
    }

    private static SocksRead TryReadAddress(ReadOnlySpan<byte> bytes, out SocksAddress? address, out int size)
    {
        (address, size) = (null, 0);
        if (bytes.Length < 2) return SocksRead.More;
        var (start, length) = bytes[0] switch
        {
            1 => (1, 4),
            3 => (2, bytes[1]),
            4 => (1, 16),
            _ => (0, 0),
        };
        // A kind that does not exist has no length either: what follows it cannot be read.
        if (start == 0) return SocksRead.Bad;
        if (bytes.Length < start + length + 2) return SocksRead.More;
        size = start + length + 2;
        var host = bytes.Slice(start, length);
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + length)..]);
        var ip = start == 1 ? new IPAddress(host) : null;
        address = new SocksAddress(ip?.ToString() ?? Encoding.UTF8.GetString(host), port, ip);
        return SocksRead.Done;
    }
}
