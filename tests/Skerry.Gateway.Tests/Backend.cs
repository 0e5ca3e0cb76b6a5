using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Gateway.Tests;

/// <summary>An instance made of a raw socket: it hands every connection to a script, so that it can say anything.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private int _count;

    private Backend(Func<Connection, Task> script)
    {
        _listener.Start();
        _accepting = AcceptAsync(script);
    }

    /// <summary>HOST:PORT.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Connections taken so far.</summary>
    public int Connections => Volatile.Read(ref _count);

    /// <summary>Runs a script for each connection.</summary>
    public static Backend Start(Func<Connection, Task> script) => new(script);

    /// <summary>Answers every request on every connection with the same bytes.</summary>
    public static Backend Answering(string answer) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null) await connection.WriteAsync(answer);
    });

    /// <summary>An answer with a body and its length.</summary>
    public static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] connections;
        lock (_connections) connections = [.. _connections];
        await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Func<Connection, Task> script)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _count);
                lock (_connections) _connections.Add(RunAsync(socket, script));
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task RunAsync(Socket socket, Func<Connection, Task> script)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        await using var stop = _stopping.Token.Register(socket.Dispose);
        try
        {
            await script(new Connection(stream));
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or SocketException)
        {
            // The gateway closed it, or the test is over.
        }
    }

    /// <summary>One connection of the gateway to the instance.</summary>
    internal sealed class Connection(NetworkStream stream)
    {
        private readonly List<byte> _received = [];

        /// <summary>For scripts that mind every byte themselves; not together with <see cref="ReadRequestAsync"/>.</summary>
        public NetworkStream Stream => stream;

        public Task WriteAsync(string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

        /// <summary>Head and body of the next request; null when the gateway has closed.</summary>
        public async Task<string?> ReadRequestAsync()
        {
            var buffer = new byte[16 * 1024];
            while (true)
            {
                var text = Encoding.Latin1.GetString([.. _received]);
                var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (end >= 0 && BodyEnd(text, end + 4) is { } whole)
                {
                    _received.RemoveRange(0, whole);
                    return text[..whole];
                }

                var read = await stream.ReadAsync(buffer);
                if (read == 0) return null;
                _received.AddRange(buffer.AsSpan(0, read));
            }
        }

        private static int? BodyEnd(string text, int head)
        {
            foreach (var line in text[..head].Split("\r\n"))
            {
                if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                {
                    var end = head + int.Parse(line[15..], System.Globalization.CultureInfo.InvariantCulture);
                    return text.Length >= end ? end : null;
                }

                if (line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase))
                {
                    var last = text.IndexOf("0\r\n\r\n", head, StringComparison.Ordinal);
                    return last < 0 ? null : last + 5;
                }
            }

            return head;
        }
    }
}
