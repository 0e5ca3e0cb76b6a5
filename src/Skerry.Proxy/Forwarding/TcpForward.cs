using System.Net;
using System.Net.Sockets;

namespace Skerry.Proxy.Forwarding;

/// <summary>A TCP listener that leads to a service.</summary>
internal sealed class TcpForward : IForward
{
    private readonly string _id;
    private readonly bool _isConfigured;
    private readonly TcpCarrier _carrier;
    private readonly ConnectionListener _listener;
    private volatile ForwardOptions _options;
    private volatile ForwardTarget _target;
    private long _opened;
    private long _failed;

    /// <exception cref="ProxyException">The address cannot be bound.</exception>
    public TcpForward(string id, ForwardOptions options, bool isConfigured, ConnectionTerms terms, TcpCarrier carrier)
    {
        _id = id;
        _options = options;
        _target = ForwardTarget.Of(options);
        _isConfigured = isConfigured;
        _carrier = carrier;
        _listener = new ConnectionListener(options.Listen, $"The forward to {options.Service}", terms, ServeAsync);
    }

    public ForwardState State => new(_id, _options, _listener.Address, _isConfigured, _listener.Open, Interlocked.Read(ref _opened), Interlocked.Read(ref _failed));

    public void Start() => _listener.Start();

    public void Change(ForwardOptions options)
    {
        if (options == _options) return;
        _options = options;
        _target = ForwardTarget.Of(options);
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        Interlocked.Increment(ref _opened);
        if (!await _carrier.CarryAsync(socket, (socket.RemoteEndPoint as IPEndPoint)?.Address, _target, stopping)) Interlocked.Increment(ref _failed);
    }
}
