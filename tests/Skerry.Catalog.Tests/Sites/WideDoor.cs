using System.Collections.Concurrent;
using System.Text;

using Skerry.Replication;
using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests.Sites;

/// <summary>A node's door to the exchange between groups, that keeps what went out by it.</summary>
/// <param name="inner">The door.</param>
internal sealed class WideDoor(InMemoryTransport inner) : IReplicationTransport
{
    private readonly ConcurrentQueue<byte[]> _sent = new();

    public IReadOnlyList<string> Peers => inner.Peers;

    public int MaxDatagramPayload => inner.MaxDatagramPayload;

    /// <summary>Takes messages, and sends none.</summary>
    public bool IsSilent { get; set; }

    public long SentBytes => inner.SentBytes;

    public bool TrySendDatagram(string peer, ReadOnlySpan<byte> message)
    {
        if (IsSilent) return true;
        _sent.Enqueue(message.ToArray());
        return inner.TrySendDatagram(peer, message);
    }

    public Task<bool> SendStreamAsync(string peer, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        if (IsSilent) return Task.FromResult(true);
        _sent.Enqueue(message.ToArray());
        return inner.SendStreamAsync(peer, message, cancellation);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation) => inner.ReceiveAsync(cancellation);

    /// <summary>How many messages that went out hold a text.</summary>
    public int Count(string text) => _sent.Count(message => message.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
}
