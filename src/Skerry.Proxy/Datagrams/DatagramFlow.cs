using System.Threading.Channels;

using Skerry.Proxy.Forwarding;

namespace Skerry.Proxy.Datagrams;

/// <summary>What one client sends to one service: datagrams that wait for the way, while it is sought and when it is slow. More than fit are dropped.</summary>
/// <param name="target">The service.</param>
/// <param name="client">Who sends, for the log and the policy.</param>
/// <param name="reply">Sends an answer back to the client.</param>
internal sealed class DatagramFlow(ForwardTarget target, System.Net.IPAddress client, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> reply)
{
    /// <summary>Datagrams that wait: a burst, not a queue.</summary>
    private const int MaxWaiting = 64;

    private readonly Channel<Datagram> _waiting = Channel.CreateBounded<Datagram>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public ForwardTarget Target => target;

    public System.Net.IPAddress Client => client;

    /// <summary>Takes a datagram; false when too many wait already.</summary>
    public bool TryPost(ReadOnlySpan<byte> bytes)
    {
        var datagram = Datagram.Copy(bytes);
        if (_waiting.Writer.TryWrite(datagram)) return true;
        datagram.Return();
        return false;
    }

    /// <summary>The next that waits.</summary>
    public async ValueTask<Datagram?> NextAsync(CancellationToken cancellation) => await _waiting.Reader.ReadAsync(cancellation);

    public ValueTask ReplyAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => reply(bytes, cancellation);

    /// <summary>Takes no more, and lets go of what waits.</summary>
    public void Close()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var datagram)) datagram.Return();
    }
}
