using System.Buffers;
using System.Security.Cryptography.X509Certificates;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Skerry.Api.Etcd;

/// <summary>
/// gRPC and plain HTTP/1.1 in clear on one port. Kestrel chooses the protocol by what TLS agreed on; a connection that begins with HTTP/2's preface
/// (RFC 9113, section 3.4) is shown to it as if TLS had agreed on that.
/// </summary>
internal sealed class PriorKnowledge : ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly PriorKnowledge Agreed = new();

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public X509Certificate2? ClientCertificate { get; set; }

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);

    public static ConnectionDelegate Detect(ConnectionDelegate next) => async connection =>
    {
        var hasPreface = await PeekAsync(connection);
        if (hasPreface == true)
        {
            connection.Features.Set<ITlsConnectionFeature>(Agreed);
            connection.Features.Set<ITlsApplicationProtocolFeature>(Agreed);
        }

        if (hasPreface is not null) await next(connection);
    };

    /// <summary>Whether the first bytes are the preface, none of them consumed; null when they do not come.</summary>
    private static async ValueTask<bool?> PeekAsync(ConnectionContext connection)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing);
        limit.CancelAfter(Patience);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(limit.Token);
                var known = (int)Math.Min(read.Buffer.Length, Preface.Length);
                var matches = Preface.StartsWith(read.Buffer.Slice(0, known).ToArray());
                var isDecided = !matches || known == Preface.Length;
                input.AdvanceTo(read.Buffer.Start, isDecided ? read.Buffer.Start : read.Buffer.End);
                if (isDecided) return matches;
                if (read.IsCompleted) return null;
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
        }
    }
}
