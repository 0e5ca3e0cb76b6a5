using System.IO.Pipelines;
using System.Net.Security;

namespace Skerry.Gateway.Tls;

/// <summary>The clear side of a TLS connection. A connection that waits holds no buffer: it reads no bytes first, to learn that some are there.</summary>
/// <param name="tls">The connection, negotiated.</param>
internal sealed class TlsTransport(SslStream tls) : IDuplexPipe
{
    public PipeReader Input { get; } = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true));

    public PipeWriter Output { get; } = PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true));
}
