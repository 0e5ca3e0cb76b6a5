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

    /// <param name="context">The request.</param>
    /// <param name="options">What is told of the client.</param>
    /// <param name="host">The Host header.</param>
    /// <param name="isChunked">Whether a body follows in chunks.</param>
    /// <param name="destination">A rented buffer; grown when it is too small.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(GatewayContext context, ForwardedHeaders options, string host, bool isChunked, ref byte[] destination)
    {
        var writer = new HeadWriter(destination);
        writer.Text(context.Method);
        writer.Byte((byte)' ');
        writer.Text(context.Target);
        writer.Bytes(" HTTP/1.1\r\nHost: "u8);
        writer.Text(host);
        writer.Bytes("\r\n"u8);

        var headers = context.RequestHeaders;
        var connection = headers.Connection;
        foreach (var (name, values) in headers)
        {
            if (IsOurs(name, options.Trust) || (connection.Count > 0 && IsNamed(connection, name))) continue;
            foreach (var value in values)
            {
                if (value is not null) writer.Header(name, value);
            }
        }

        if (isChunked) writer.Bytes("Transfer-Encoding: chunked\r\n"u8);
        else if (headers.ContentLength is { } length) writer.Header("Content-Length", length);
        WriteForwarded(ref writer, context, options);
        writer.Bytes("\r\n"u8);
        destination = writer.Buffer;
        return writer.Length;
    }

    private static void WriteForwarded(ref HeadWriter writer, GatewayContext context, ForwardedHeaders options)
    {
        var headers = context.RequestHeaders;
        var chain = options.Trust ? headers["X-Forwarded-For"] : default;
        writer.Header("X-Forwarded-For", chain.Count > 0 ? $"{chain}, {context.ClientAddress}" : context.ClientAddress);
        writer.Header("X-Forwarded-Proto", options.Trust && headers["X-Forwarded-Proto"] is { Count: > 0 } scheme ? scheme.ToString() : context.Scheme);
        writer.Header("X-Forwarded-Host", options.Trust && headers["X-Forwarded-Host"] is { Count: > 0 } original ? original.ToString() : headers.Host.ToString());
    }

    private static bool IsOurs(string name, bool trust) => name.Length switch
    {
        2 => Is(name, "TE"),
        4 => Is(name, "Host"),
        7 => Is(name, "Upgrade") || Is(name, "Trailer"),
        9 => !trust && Is(name, "Forwarded"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        14 => Is(name, "Content-Length"),
        15 => Is(name, "X-Forwarded-For"),
        16 => Is(name, "Proxy-Connection") || Is(name, "X-Forwarded-Host"),
        17 => Is(name, "Transfer-Encoding") || Is(name, "X-Forwarded-Proto"),
        19 => Is(name, "Proxy-Authorization"),
        _ => name[0] == ':',
    };

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
            // Kestrel reads headers as UTF-8 where they are: what came in goes out.
            var span = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
            Length += Encoding.UTF8.GetBytes(text, span);
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
