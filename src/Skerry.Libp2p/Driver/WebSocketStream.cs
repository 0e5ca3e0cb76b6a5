using System.Net.WebSockets;

using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>A WebSocket as a channel: where its messages begin and end says nothing. One reader and one writer at a time.</summary>
internal sealed class WebSocketStream : AsyncStream
{
    /// <summary>A peer that takes nothing any more does not hold up a farewell for longer.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Stream _inner;
    private readonly WebSocket _socket;
    private bool _hasEnded;

    public WebSocketStream(Stream inner, bool isServer)
    {
        _inner = inner;
        // The muxer's own pings keep it awake.
        _socket = WebSocket.CreateFromStream(inner, new WebSocketCreationOptions { IsServer = isServer, KeepAliveInterval = Timeout.InfiniteTimeSpan });
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!_hasEnded)
            {
                var received = await _socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close) _hasEnded = true;
                // An empty message says nothing; for an empty buffer it is enough that something has come.
                else if (received.Count > 0 || buffer.IsEmpty) return received.Count;
            }

            return 0;
        }
        catch (WebSocketException broken)
        {
            throw new IOException($"The WebSocket broke: {broken.Message}", broken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
        catch (WebSocketException broken)
        {
            throw new IOException($"The WebSocket broke: {broken.Message}", broken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(Farewell);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _socket.Dispose();
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
