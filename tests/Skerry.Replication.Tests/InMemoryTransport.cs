using System.Threading.Channels;

namespace Skerry.Replication.Tests;

/// <summary>One node's door to an <see cref="InMemoryNetwork"/>.</summary>
/// <param name="network">The network.</param>
/// <param name="name">The node.</param>
public sealed class InMemoryTransport(InMemoryNetwork network, string name) : IReplicationTransport
{
    private readonly Channel<ReadOnlyMemory<byte>> _inbox = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();

    private long _sentBytes;
    private int _sentStreams;

    /// <summary>Bytes of everything sent.</summary>
    public long SentBytes => Interlocked.Read(ref _sentBytes);

    /// <summary>Streams among what was sent.</summary>
    public int SentStreams => Volatile.Read(ref _sentStreams);

    public IReadOnlyList<string> Peers => network.PeersOf(name);

    public int MaxDatagramPayload => 1200;

    public bool TrySendDatagram(string peer, ReadOnlySpan<byte> message)
    {
        Interlocked.Add(ref _sentBytes, message.Length);
        return message.Length <= MaxDatagramPayload && network.TryDeliver(name, peer, message.ToArray(), mayBeLost: true);
    }

    public Task<bool> SendStreamAsync(string peer, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        Interlocked.Add(ref _sentBytes, message.Length);
        Interlocked.Increment(ref _sentStreams);
        return Task.FromResult(network.TryDeliver(name, peer, message.ToArray(), mayBeLost: false));
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation) => _inbox.Reader.ReadAllAsync(cancellation);

    internal bool Deliver(ReadOnlyMemory<byte> message) => _inbox.Writer.TryWrite(message);
}
