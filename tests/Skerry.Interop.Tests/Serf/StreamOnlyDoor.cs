using System.Net;
using System.Net.Sockets;

namespace Skerry.Interop.Tests.Serf;

/// <summary>A forwarder for TCP alone: whoever is advertised behind it cannot be reached by UDP, as behind many a firewall.</summary>
internal sealed class StreamOnlyDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private readonly IPEndPoint _target;

    public StreamOnlyDoor(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        _running = RunAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var forwarding = new List<Task>();
        try
        {
            while (true) forwarding.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        finally
        {
            await Task.WhenAll(forwarding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ForwardAsync(TcpClient caller)
    {
        using (caller)
        using (var inner = new TcpClient())
        {
            await inner.ConnectAsync(_target, _stopping.Token);
            // Whoever closes first ends both ways: these exchanges are one message each way.
            await Task.WhenAny(
                caller.GetStream().CopyToAsync(inner.GetStream(), _stopping.Token),
                inner.GetStream().CopyToAsync(caller.GetStream(), _stopping.Token));
        }
    }
}
