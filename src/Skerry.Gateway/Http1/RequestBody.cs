using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

using Microsoft.AspNetCore.Http.Features;

namespace Skerry.Gateway.Http1;

/// <summary>
/// The body of a request on its way to an instance, no faster than the instance takes it. A small one that is there whole is left where it is until the request is over,
/// so that another instance can have it.
/// </summary>
internal sealed class RequestBody(GatewayContext context, UpstreamConnection connection, Http1Exchange exchange)
{
    /// <summary>The longest body that another attempt can have, bytes: what a client's connection may hold back at no cost.</summary>
    private const int MaxRepeatable = 64 * 1024;

    /// <summary>
    /// Sends all of it. When the client's side fails the connection is cut, since the instance would wait for the rest. When the instance's side fails it is not: it may
    /// have answered before it stopped reading.
    /// </summary>
    public async Task SendAsync(bool isChunked)
    {
        try
        {
            await CopyAsync(isChunked);
        }
        catch (Exception broken) when (broken is not SocketException and not ObjectDisposedException)
        {
            exchange.OnBodyBroken(broken);
            connection.Cut();
            throw;
        }
    }

    private async ValueTask CopyAsync(bool isChunked)
    {
        var body = context.RequestBody;
        for (var isFirst = true; ; isFirst = false)
        {
            exchange.OnBodyAwaited();
            var read = await body.ReadAsync();
            if (read.IsCanceled) throw new OperationCanceledException("The answer came first.");
            var bytes = read.Buffer;
            var isRepeatable = isFirst && read.IsCompleted && bytes.Length <= MaxRepeatable;
            try
            {
                // Told before, because a send that fails half-way has taken as much as one that does not.
                exchange.OnBodySent(isRepeatable);
                if (bytes.Length > 0) await SendAsync(bytes, isChunked);
                exchange.OnBodySent(isRepeatable);
            }
            finally
            {
                body.AdvanceTo(isRepeatable ? bytes.Start : bytes.End, bytes.End);
            }

            if (read.IsCompleted) break;
        }

        if (isChunked) await connection.SendAsync(End());
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> bytes, bool isChunked)
    {
        if (!isChunked)
        {
            foreach (var segment in bytes) await connection.SendAsync(segment);
            return;
        }

        // One copy costs less than three system calls.
        var size = bytes.Length.ToString("x", CultureInfo.InvariantCulture);
        var length = size.Length + 2 + (int)bytes.Length + 2;
        var frame = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Encoding.ASCII.GetBytes(size, frame);
            "\r\n"u8.CopyTo(frame.AsSpan(size.Length));
            bytes.CopyTo(frame.AsSpan(size.Length + 2));
            "\r\n"u8.CopyTo(frame.AsSpan(length - 2));
            await connection.SendAsync(frame.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>The last chunk, with the trailers that are for the other end.</summary>
    private byte[] End()
    {
        var end = new StringBuilder("0\r\n");
        if (context.Features.Get<IHttpRequestTrailersFeature>() is { Available: true, Trailers: { Count: > 0 } trailers })
        {
            foreach (var (name, values) in trailers)
            {
                if (!Trailers.IsAllowed(name)) continue;
                foreach (var value in values) end.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        return Encoding.Latin1.GetBytes(end.Append("\r\n").ToString());
    }
}
