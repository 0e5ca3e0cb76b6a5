using System.Buffers;
using System.Security.Cryptography.X509Certificates;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Skerry.Gateway.Transport;

/// <summary>
/// HTTP/1.1 and HTTP/2 in clear on one address. Kestrel chooses between them only by what TLS has negotiated; here the client's first bytes stand for that:
/// HTTP/2's preface (RFC 9113, section 3.4) or anything else.
/// </summary>
internal sealed class PriorKnowledge : ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    /// <summary>How long a client may take to say its first bytes; the time Kestrel gives it for the head of a request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly PriorKnowledge Http2 = new();

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public X509Certificate2? ClientCertificate { get; set; }

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);

    /// <summary>The step of a connection's start that decides.</summary>
    public static ConnectionDelegate Detect(ConnectionDelegate next) => async connection =>
    {
        var begun = await ReadBeginningAsync(connection);
        if (begun is null) return;
        if (begun == true)
        {
            connection.Features.Set<ITlsConnectionFeature>(Http2);
            connection.Features.Set<ITlsApplicationProtocolFeature>(Http2);
        }

        await next(connection);
    };

    /// <summary>Whether it begins with the preface; null when it ended or was silent for too long.</summary>
    private static async ValueTask<bool?> ReadBeginningAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(Patience);
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using var stop = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(limit.Token);
                var (isPreface, isSure) = Compare(read.Buffer);
                // Nothing is consumed; what is not sure yet needs more bytes than there are.
                connection.Transport.Input.AdvanceTo(read.Buffer.Start, isSure ? read.Buffer.Start : read.Buffer.End);
                if (isSure) return isPreface;
                if (read.IsCompleted || read.IsCanceled) return null;
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
        }
    }

    private static (bool IsPreface, bool IsSure) Compare(ReadOnlySequence<byte> received)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(received.Length, first.Length);
        received.Slice(0, length).CopyTo(first);
        var matches = Preface.StartsWith(first[..length]);
        return (matches, !matches || length == first.Length);
    }
}
