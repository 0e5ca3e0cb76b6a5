using System.Text;

using Skerry.Primitives;

namespace Skerry.Gateway.Tests.Http1;

/// <summary>Answers, sound and spoilt, for tests that feed a parser what it must survive.</summary>
internal static class AnswerBytes
{
    public static byte[][] Heads { get; } =
    [
        Bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\nX-A: c\r\n\r\n"),
        Bytes("HTTP/1.0 404 Not Found\r\nConnection: keep-alive, X-B\r\nX-B: 1\r\nContent-Type: text/html\r\n\r\n"),
        Bytes("HTTP/1.1 304\r\nETag: \"x\"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n"),
        Bytes("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    ];

    public static byte[][] Chunks { get; } =
    [
        Bytes("5\r\nhello\r\n0\r\n\r\n"),
        Bytes("A;name=value\r\n0123456789\r\n1\r\nx\r\n000\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"),
        Bytes("7fffffff\r\nabc"),
        Bytes("fffffffffffffff\r\nabc"),
        Bytes("0\r\nContent-Length: 9\r\n\r\n"),
    ];

    /// <summary>A copy with a few changes of the kinds that break parsers: flipped, cut, doubled, and bytes that mean something put where they do not belong.</summary>
    public static byte[] Mutate(byte[] original, Prng random)
    {
        ReadOnlySpan<byte> meaningful = "\r\n:; \t,0129afAF-\0\x7f\xff/"u8;
        List<byte> bytes = [.. original];
        for (var changes = random.Next(4) + 1; changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(40))));
                    break;
                default:
                    bytes.Insert(at, meaningful[random.Next(meaningful.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
