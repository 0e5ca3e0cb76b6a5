using Skerry.Proxy;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>A session of the tunnel as the proxy carries it.</summary>
/// <param name="session">The session.</param>
internal sealed class TunnelServiceStream(SessionStream session) : ServiceStream
{
    public override string PathKind => session.Path == Skerry.Tunnel.PathKind.Direct ? "direct" : "relayed";

    public override bool AwaitsData => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => session.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => session.WriteAsync(buffer, cancellationToken);

    public override ValueTask EndWritingAsync(CancellationToken cancel = default) => session.EndWritingAsync(cancel);

    public override void Abort() => session.Abort();

    protected override void Dispose(bool disposing)
    {
        session.Dispose();
        base.Dispose(disposing);
    }
}
