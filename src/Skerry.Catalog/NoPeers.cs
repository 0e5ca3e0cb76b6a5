using System.Runtime.CompilerServices;

using Skerry.Replication;

namespace Skerry.Catalog;

/// <summary>The transport of a node that stands alone.</summary>
internal sealed class NoPeers : IReplicationTransport
{
    public IReadOnlyList<string> Peers => [];

    public int MaxDatagramPayload => 1024;

    public bool TrySendDatagram(string peer, ReadOnlySpan<byte> message) => false;

    public Task<bool> SendStreamAsync(string peer, ReadOnlyMemory<byte> message, CancellationToken cancellation) => Task.FromResult(false);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        yield break;
    }
}
