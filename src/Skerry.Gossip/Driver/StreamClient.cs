using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Driver;

/// <summary>TCP exchanges that this node opens, from the address its packets come from: one message each way, connect to close under one deadline.</summary>
internal sealed class StreamClient(IPAddress from, GossipLoop loop, KeyStore keys, StreamBudget budget, TimeSpan timeout, GossipMetrics metrics, ILogger logger)
{
    /// <summary>Exchanges the whole state with a node; null when it worked, else why not.</summary>
    public async Task<string?> PushPullAsync(IPEndPoint to, bool join, CancellationToken cancellation)
    {
        var (reply, failure) = await ExchangeAsync(to, loop.Read(core => core.LocalState(join)), isAnswered: true, timeout, cancellation);
        return reply switch
        {
            PushPull state => loop.Step((core, now) => core.Merge(state, now)) ? null : "its protocol versions and ours do not meet",
            ErrorReply error => $"it refused: {error.Error}",
            null => failure,
            _ => $"it answered with a {reply.Type}",
        };
    }

    /// <summary>Pings over TCP; an ack goes to the core.</summary>
    public async Task PingAsync(IPEndPoint to, Ping ping, TimeSpan within, CancellationToken cancellation)
    {
        if (within <= TimeSpan.Zero) return;
        var (reply, _) = await ExchangeAsync(to, ping, isAnswered: true, within < timeout ? within : timeout, cancellation);
        if (reply is Ack ack && ack.Sequence == ping.Sequence) loop.Step((core, _) => core.StreamPingAnswered(ping.Sequence));
    }

    /// <summary>Sends a user message; false when it did not arrive.</summary>
    public async Task<bool> SendUserAsync(IPEndPoint to, UserMessage message, CancellationToken cancellation) =>
        (await ExchangeAsync(to, message, isAnswered: false, timeout, cancellation)).Failure is null;

    private async Task<(GossipMessage? Reply, string? Failure)> ExchangeAsync(
        IPEndPoint to, GossipMessage request, bool isAnswered, TimeSpan within, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(within);
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (!GossipSockets.IsEvery(from) && from.AddressFamily == to.AddressFamily) socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(to, limit.Token);
            var ring = keys.Ring;
            if (!await StreamExchange.WriteAsync(socket, request, ring, limit.Token)) return (null, "the message is too large");
            // What takes no answer is closed by the other side once it is read; closing first could lose what is still on its way.
            if (!isAnswered) socket.Shutdown(SocketShutdown.Send);
            var (reply, error) = await StreamExchange.ReadAsync(socket, ring, budget, limit.Token);
            if (reply is not null) return (reply, isAnswered ? null : "it was refused");
            if (error != DecodeError.None) metrics.Refused(error);
            return (null, error switch
            {
                DecodeError.None when !isAnswered => null,
                DecodeError.None => "it closed without an answer (does it use another key?)",
                _ => $"its answer cannot be read: {error}",
            });
        }
        catch (SocketException unreachable)
        {
            GossipLog.ExchangeFailed(logger, to.ToString(), unreachable.Message);
            return (null, unreachable.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"no answer within {within.TotalSeconds:0.#} s");
        }
    }
}
