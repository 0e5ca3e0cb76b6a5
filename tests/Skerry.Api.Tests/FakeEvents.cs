using System.Threading.Channels;

namespace Skerry.Api.Tests;

/// <summary>Gossip of one node: what is told arrives.</summary>
internal sealed class FakeEvents : IEventCarrier
{
    private readonly Channel<(ulong, ReadOnlyMemory<byte>)> _told = Channel.CreateUnbounded<(ulong, ReadOnlyMemory<byte>)>();
    private ulong _time;

    public void Fire(ReadOnlyMemory<byte> message)
    {
        if (message.Length > 1024) throw new ApiException(413, "An event has at most 1024 bytes.");
        _told.Writer.TryWrite((++_time, message));
    }

    public IAsyncEnumerable<(ulong LTime, ReadOnlyMemory<byte> Message)> ReceiveAsync(CancellationToken cancellation) => _told.Reader.ReadAllAsync(cancellation);
}
