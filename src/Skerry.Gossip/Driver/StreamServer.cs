using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Driver;

/// <summary>
/// TCP exchanges that others open: push/pulls, pings, user messages. Each lives under one deadline from accept to close. When all places are taken
/// the one that has waited longest makes room: a peer in earnest is done within a round trip or two, and who dawdles cannot keep others out.
/// </summary>
internal sealed class StreamServer(Socket listener, GossipLoop loop, KeyStore keys, BackgroundTasks tasks, StreamBudget budget, TimeSpan timeout, GossipMetrics metrics, ILogger logger)
{
    /// <summary>Exchanges at one time, as memberlist has it.</summary>
    public const int MaxConcurrent = 127;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly LinkedList<Socket> _open = [];
    private readonly Lock _gate = new();

    public void Start() => tasks.Launch(AcceptAsync);

    private async Task AcceptAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(stopping);
                tasks.Launch(cancellation => ServeAsync(socket, cancellation));
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // The connection died before it was taken, or file descriptors have run out: neither gets better by asking at once.
                metrics.Exchanged(ExchangeOutcome.Broken);
                GossipLog.ExchangeFailed(logger, "a caller", failure.Message);
                await Task.Delay(PauseAfterFailure, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        using var _ = socket;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        var place = Enter(socket);
        try
        {
            socket.NoDelay = true;
            metrics.Exchanged(await AnswerAsync(socket, limit.Token));
        }
        catch (OperationCanceledException)
        {
            if (!cancellation.IsCancellationRequested) metrics.Exchanged(ExchangeOutcome.TooSlow);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            metrics.Exchanged(ExchangeOutcome.Broken);
            GossipLog.ExchangeFailed(logger, "a caller", broken.Message);
        }
        finally
        {
            lock (_gate) if (place.List is not null) _open.Remove(place);
        }
    }

    private async Task<ExchangeOutcome> AnswerAsync(Socket socket, CancellationToken limit)
    {
        var from = NodeAddress.From((IPEndPoint)socket.RemoteEndPoint!);
        var ring = keys.Ring;
        var (message, error) = await StreamExchange.ReadAsync(socket, ring, budget, limit);
        switch (message)
        {
            case PushPull remote:
                await StreamExchange.WriteAsync(socket, loop.Read(core => core.LocalState(remote.Join)), ring, limit);
                return loop.Step((core, now) => core.Merge(remote, now)) ? ExchangeOutcome.Done : ExchangeOutcome.Refused;
            case Ping ping when ping.Node.Length == 0 || ping.Node == loop.Name:
                await StreamExchange.WriteAsync(socket, new Ack(ping.Sequence, ByteString.Empty), ring, limit);
                return ExchangeOutcome.Done;
            case UserMessage user:
                loop.Step((core, now) => core.Receive(user, from, now));
                return ExchangeOutcome.Done;
            case null when error == DecodeError.None:
                return ExchangeOutcome.Done; // opened and closed: somebody looked whether the port answers
            case null:
                metrics.Refused(error);
                if (logger.IsEnabled(LogLevel.Debug)) GossipLog.StreamRefused(logger, from.ToString(), error.ToString());
                if (error != DecodeError.Truncated) await StreamExchange.WriteAsync(socket, new ErrorReply(error.ToString()), ring, limit);
                return ExchangeOutcome.Refused;
            default:
                return ExchangeOutcome.Refused;
        }
    }

    private LinkedListNode<Socket> Enter(Socket socket)
    {
        lock (_gate)
        {
            if (_open.Count >= MaxConcurrent)
            {
                _open.First!.Value.Dispose();
                _open.RemoveFirst();
            }

            return _open.AddLast(socket);
        }
    }
}
