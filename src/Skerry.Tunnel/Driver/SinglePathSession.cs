using Skerry.Libp2p;

namespace Skerry.Tunnel.Driver;

/// <summary>A session with a peer that knows no other path: it ends with the one it has.</summary>
/// <param name="caller">Who is at the other end.</param>
/// <param name="target">What it is for.</param>
/// <param name="stream">Carries it.</param>
/// <param name="connection">What the stream runs over.</param>
internal sealed class SinglePathSession(string caller, SessionTarget target, Libp2pStream stream, PeerConnection connection) : SessionStream
{
    public override string Node => caller;

    public override SessionTarget Target => target;

    public override PathKind Path => connection.IsRelayed ? PathKind.Relayed : PathKind.Direct;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => stream.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => stream.WriteAsync(buffer, cancellationToken);

    public override ValueTask EndWritingAsync(CancellationToken cancel = default) => stream.EndWritingAsync(cancel);

    public override void Abort() => stream.Abort();

    protected override void Dispose(bool disposing)
    {
        if (disposing) stream.Dispose();
        base.Dispose(disposing);
    }
}
