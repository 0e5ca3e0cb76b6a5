using Skerry.Libp2p;
using Skerry.Primitives;

namespace Skerry.Agent.Adapters;

/// <summary>A stream of the tunnel as the group's parts know streams: what goes wrong is an <see cref="IOException"/>.</summary>
/// <param name="stream">It.</param>
internal sealed class TunnelGroupStream(Libp2pStream stream) : AsyncStream
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when it is disposed: until then whoever handed it on stays.</summary>
    public Task Over => _over.Task;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (Libp2pException failed)
        {
            throw new IOException(failed.Message, failed);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await stream.WriteAsync(buffer, cancellationToken);
        }
        catch (Libp2pException failed)
        {
            throw new IOException(failed.Message, failed);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        _over.TrySetResult();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) stream.Dispose();
        _over.TrySetResult();
        base.Dispose(disposing);
    }
}
