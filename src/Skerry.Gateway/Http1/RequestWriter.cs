using System.Buffers;
using System.Text;

using Microsoft.Extensions.Primitives;

namespace Skerry.Gateway.Http1;

/// <summary>
/// Writes the head of a forwarded request. Framing is ours: one Content-Length, or one Transfer-Encoding of chunks, or neither; headers of the client's own
/// connection stay behind, and what would break a line is refused.
/// </summary>
internal static class RequestWriter
{
    private static readonly SearchValues<char> Breaking = SearchValues.Create("\r\n\0");
    private static readonly SearchValues<char> BreakingInTarget = SearchValues.Create([.. Enumerable.Range(0, 33).Append(127).Select(value => (char)value)]);
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <param name="context">The request.</param>
    /// <param name="host">The Host header.</param>
    /// <param name="isChunked">Whether a body follows in chunks.</param>
    /// <param name="destination">A rented buffer; grown when it is too small.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="BadRequestException">Something in it would break a line.</exception>
    public static int Write(GatewayContext context, string host, bool isChunked, ref byte[] destination)
    {
        var writer = new HeadWriter(destination);
        try
        {
            WriteHead(ref writer, context, host, isChunked);
            return writer.Length;
        }
        finally
        {
            // Grown or not, and also when something was refused half-way: the caller gives back the one that is in use.
            destination = writer.Buffer;
        }
    }

    private static void WriteHead(ref HeadWriter writer, GatewayContext context, string host, bool isChunked)
    {
        writer.Text(context.Method);
        writer.Byte((byte)' ');
        // HTTP/2 carries names and targets that would read as something else in a line of text.
        if (context.Target.AsSpan().ContainsAny(BreakingInTarget)) throw new BadRequestException("The target holds a space or a control character.");
        writer.Text(context.Target);
        writer.Bytes(" HTTP/1.1\r\nHost: "u8);
        writer.Text(host);
        writer.Bytes("\r\n"u8);

        var headers = context.RequestHeaders;
        var connection = headers.Connection;
        foreach (var (name, values) in headers)
        {
            if (name.AsSpan().ContainsAnyExcept(Token) && name is not [':', ..]) throw new BadRequestException("A header has no proper name.");
            if (IsOurs(name, context) || (connection.Count > 0 && IsNamed(connection, name))) continue;
            foreach (var value in values)
            {
                if (value is not null) writer.Header(name, value);
            }
        }

        if (isChunked) writer.Bytes("Transfer-Encoding: chunked\r\n"u8);
        else if (headers.ContentLength is { } length) writer.Header("Content-Length", length);
        WriteForwarded(ref writer, context);
        writer.Bytes("\r\n"u8);
    }

    private static void WriteForwarded(ref HeadWriter writer, GatewayContext context)
    {
        var forwarded = context.Forwarded;
        if (!context.Vouches("X-Forwarded-For")) writer.Header("X-Forwarded-For", forwarded.For);
        if (!context.Vouches("X-Forwarded-Proto")) writer.Header("X-Forwarded-Proto", forwarded.Proto);
        if (forwarded.Host.Length > 0 && !context.Vouches("X-Forwarded-Host")) writer.Header("X-Forwarded-Host", forwarded.Host);
        if (forwarded.Standard is { } standard && !context.Vouches("Forwarded")) writer.Header("Forwarded", standard);
    }

    /// <summary>Headers of the client's own connection, those that frame the body, and those that say who the client is: the gateway writes its own, or none.</summary>
    private static bool IsOurs(string name, GatewayContext context) => name.Length switch
    {
        0 => true,
        2 => Is(name, "TE"),
        4 => Is(name, "Host"),
        // Kestrel answers 100 itself, when the instance takes the body.
        6 => Is(name, "Expect"),
        7 => Is(name, "Upgrade") || Is(name, "Trailer"),
        9 => IsClaimOfClient(name, context),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        // Kestrel keeps only "Upgrade" of a Connection header that names it, so what such a header names besides is known here alone.
        14 => Is(name, "Content-Length") || Is(name, "HTTP2-Settings"),
        16 => Is(name, "Proxy-Connection") || IsClaimOfClient(name, context),
        17 => Is(name, "Transfer-Encoding") || IsClaimOfClient(name, context),
        19 => Is(name, "Proxy-Authorization") || IsClaimOfClient(name, context),
        _ => name[0] == ':' || IsClaimOfClient(name, context),
    };

    /// <summary>Whether a header says who the client is. From a client it is worth nothing.</summary>
    public static bool IsClaim(string name) => name.Length switch
    {
        9 => Is(name, "Forwarded") || Is(name, "X-Real-IP"),
        > 12 => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static bool IsClaimOfClient(string name, GatewayContext context) => IsClaim(name) && !context.Vouches(name);

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsNamed(StringValues connection, string name)
    {
        foreach (var value in connection)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                if (value.AsSpan()[range].Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
            }
        }

        return false;
    }

    private ref struct HeadWriter(byte[] buffer)
    {
        public byte[] Buffer { get; private set; } = buffer;

        public int Length { get; private set; }

        public void Byte(byte value)
        {
            Reserve(1)[0] = value;
            Length++;
        }

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(Reserve(bytes.Length));
            Length += bytes.Length;
        }

        public void Text(string text)
        {
            if (text.AsSpan().ContainsAny(Breaking)) throw new BadRequestException("A header or the target holds a line break.");
            // Headers are read as Latin-1, a character a byte: what came in goes out.
            Length += Encoding.Latin1.GetBytes(text, Reserve(text.Length));
        }

        public void Header(string name, string value)
        {
            Text(name);
            Bytes(": "u8);
            Text(value);
            Bytes("\r\n"u8);
        }

        public void Header(string name, long value)
        {
            Text(name);
            Bytes(": "u8);
            System.Buffers.Text.Utf8Formatter.TryFormat(value, Reserve(20), out var written);
            Length += written;
            Bytes("\r\n"u8);
        }

        private Span<byte> Reserve(int count)
        {
            if (Buffer.Length - Length < count)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Buffer.Length * 2, Length + count));
                Buffer.AsSpan(0, Length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(Buffer);
                Buffer = larger;
            }

            return Buffer.AsSpan(Length);
        }
    }
}
