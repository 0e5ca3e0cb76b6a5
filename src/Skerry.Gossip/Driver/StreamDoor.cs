using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Driver;

/// <summary>TCP exchanges of one node, those it answers and those it opens: one message each way, every one under a deadline.</summary>
internal sealed class StreamDoor(Socket listener, GossipLoop loop, TimeSpan timeout, GossipMetrics metrics, ILogger logger) : IAsyncDisposable
{
    /// <summary>Exchanges answered at one time; more are closed unread, as memberlist does.</summary>
    private const int MaxConcurrent = 127;

    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<Task> _running = [];
    private readonly Lock _gate = new();
    private Task _accepting = Task.CompletedTask;

    public void Start() => _accepting = AcceptAsync();

    /// <summary>Runs something of ours beside the loop; it is ended and awaited by <see cref="DisposeAsync"/>.</summary>
    public void Launch(Func<CancellationToken, Task> work)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return;
            var task = Task.Run(() => work(_stopping.Token));
            _running.Add(task);
            _ = task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Exchanges the whole state with a node; null when it worked, else why not.</summary>
    public async Task<string?> PushPullAsync(IPEndPoint to, bool join, CancellationToken cancellation)
    {
        var (reply, failure) = await ExchangeAsync(to, loop.Read(core => core.LocalState(join)), answered: true, cancellation);
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
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(within);
        var (reply, _) = await ExchangeAsync(to, ping, answered: true, limit.Token);
        if (reply is Ack ack && ack.Sequence == ping.Sequence) loop.Step((core, _) => core.StreamPingAnswered(ping.Sequence));
    }

    /// <summary>Sends a user message; false when it did not arrive.</summary>
    public async Task<bool> SendUserAsync(IPEndPoint to, UserMessage message, CancellationToken cancellation) =>
        (await ExchangeAsync(to, message, answered: false, cancellation)).Failure is null;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        listener.Dispose();
        await _accepting;
        Task[] running;
        lock (_gate) running = [.. _running];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private void Ended(Task task)
    {
        lock (_gate) _running.Remove(task);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                continue; // the connection died before it was taken
            }

            int running;
            lock (_gate) running = _running.Count;
            if (running >= MaxConcurrent) socket.Dispose();
            else Launch(cancellation => ServeAsync(socket, cancellation));
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        using var _ = socket;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        var from = NodeAddress.From((IPEndPoint)socket.RemoteEndPoint!);
        try
        {
            socket.NoDelay = true;
            var keyring = loop.Keyring;
            var (message, error) = await StreamExchange.ReadAsync(socket, keyring, limit.Token);
            switch (message)
            {
                case null:
                    metrics.Refused(error);
                    if (error != DecodeError.Truncated) await StreamExchange.WriteAsync(socket, new ErrorReply(error.ToString()), keyring, limit.Token);
                    break;
                case PushPull remote:
                    await StreamExchange.WriteAsync(socket, loop.Read(core => core.LocalState(remote.Join)), keyring, limit.Token);
                    loop.Step((core, now) => core.Merge(remote, now));
                    break;
                case Ping ping when ping.Node.Length == 0 || ping.Node == loop.Read(core => core.Name):
                    await StreamExchange.WriteAsync(socket, new Ack(ping.Sequence, ByteString.Empty), keyring, limit.Token);
                    break;
                case UserMessage user:
                    loop.Step((core, now) => core.Receive(user, from, now));
                    break;
            }
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException)
        {
            GossipLog.ExchangeFailed(logger, from.ToString(), broken.Message);
        }
    }

    private async Task<(GossipMessage? Reply, string? Failure)> ExchangeAsync(IPEndPoint to, GossipMessage request, bool answered, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, limit.Token);
            var keyring = loop.Keyring;
            if (!await StreamExchange.WriteAsync(socket, request, keyring, limit.Token)) return (null, "the message is too large");
            if (!answered)
            {
                // Closing with unread bytes would reset the connection and may lose what was sent; the other side closes when it has read all.
                socket.Shutdown(SocketShutdown.Send);
                await socket.ReceiveAsync(new byte[1], limit.Token);
                return (null, null);
            }

            var (reply, error) = await StreamExchange.ReadAsync(socket, keyring, limit.Token);
            if (reply is not null) return (reply, null);
            metrics.Refused(error);
            return (null, error == DecodeError.Truncated ? "it closed without an answer (does it use another key?)" : $"its answer cannot be read: {error}");
        }
        catch (SocketException unreachable)
        {
            GossipLog.ExchangeFailed(logger, to.ToString(), unreachable.Message);
            return (null, unreachable.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
    }
}
