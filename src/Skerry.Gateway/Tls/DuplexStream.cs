using System.IO.Pipelines;

using Skerry.Primitives;

namespace Skerry.Gateway.Tls;

/// <summary>Both directions of a connection as the one stream that TLS stands on.</summary>
/// <param name="transport">The connection.</param>
internal sealed class DuplexStream(IDuplexPipe transport) : AsyncStream
{
    private readonly Stream _input = transport.Input.AsStream(leaveOpen: true);
    private readonly Stream _output = transport.Output.AsStream(leaveOpen: true);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);
}
