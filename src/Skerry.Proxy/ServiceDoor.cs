using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Proxy.Datagrams;
using Skerry.Proxy.Flows;

namespace Skerry.Proxy;

/// <summary>
/// The serving side on an instance's node. It dials services that are registered on this node and open to the caller, at the address they were registered with:
/// never an address that a caller names. A caller of the own group gets any, one of another group only those that are exported, unless <see cref="ProxyOptions.Access"/> says who may; nobody is told
/// of others.
/// </summary>
public sealed class ServiceDoor : IAsyncDisposable
{
    private readonly ProxyIdentity _identity;
    private readonly ServiceCatalog _catalog;
    private readonly Func<ProxyOptions> _options;
    private readonly TimeProvider _time;
    private readonly ProxyMetrics _metrics;
    private readonly ILogger _logger;
    private readonly FlowTable _tcpFlows;
    private readonly FlowTable _udpFlows;
    private readonly CancellationTokenSource _stopping = new();
    private int _open;

    internal ServiceDoor(ProxyIdentity identity, ServiceCatalog catalog, Func<ProxyOptions> options, TimeProvider time, ProxyMetrics metrics, ILogger logger)
    {
        _identity = identity;
        _catalog = catalog;
        _options = options;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _tcpFlows = new FlowTable(time, () => options().TcpIdleTimeout);
        _udpFlows = new FlowTable(time, () => options().UdpIdleTimeout);
    }

    /// <summary>Calls under way.</summary>
    public int OpenFlows => Volatile.Read(ref _open);

    /// <summary>Answers a call, and carries what it brings until it is over. What goes wrong is counted and logged, and not thrown.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancel">Cuts it.</param>
    public async Task ServeAsync(IncomingCall call, CancellationToken cancel)
    {
        var isFull = Interlocked.Increment(ref _open) > _options().MaxConnections;
        using var span = ProxyTracing.BeginCall(call);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
            if (isFull) await RefuseAsync(call, ProxyFailure.Busy, "call-busy", "too many calls are under way", $"{_identity.Node} carries too much already.", limit.Token);
            else await ServeOpenAsync(call, span, limit.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The caller went, or this node does.
            ProxyTracing.Fail(span, "broken", gone.Message);
        }
        catch (Exception broken)
        {
            ProxyTracing.Fail(span, broken.GetType().FullName!, broken.Message);
            ProxyLog.CallBroke(_logger, call.Caller, call.Target.Service, call.Target.InstanceId, broken);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Cuts every call under way, and refuses those that come.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _tcpFlows.Dispose();
        _udpFlows.Dispose();
    }

    private async Task ServeOpenAsync(IncomingCall call, Activity? span, CancellationToken cancellation)
    {
        if (FindOpen(call, out var why) is not { } service)
        {
            // Who may not have it is told no more than who asks for what is not there.
            var told = $"{_identity.Node} has no service '{call.Target.Service}' with id '{call.Target.InstanceId}' that is open to group '{call.CallerGroup}'.";
            await RefuseAsync(call, ProxyFailure.Refused, "call-not-allowed", why, told, cancellation);
            return;
        }

        Socket socket;
        try
        {
            socket = await DialAsync(service, call.Target.Network, cancellation);
        }
        catch (ProxyException failed)
        {
            _metrics.DialFailed(service.Name, failed.Reason);
            await RefuseAsync(call, failed.Reason, "call-not-reached", failed.Message, $"'{call.Target.Service}' on {_identity.Node} does not answer: {failed.Message}", cancellation);
            return;
        }

        ProxyLog.CallTaken(_logger, service.Name, service.Id, call.Caller, call.CallerGroup);
        if (call.Target.Network == ServiceNetwork.Udp) await CarryDatagramsAsync(call, socket, span, cancellation);
        else await CarryAsync(call, socket, span, cancellation);
    }

    private ServiceInstance? FindOpen(IncomingCall call, out string why)
    {
        why = "not registered here";
        if (!_catalog.LocalServices.TryGetValue(call.Target.InstanceId, out var local) || local.Service.Name != call.Target.Service) return null;
        why = "it has no port";
        if (local.Service.Port == 0) return null;
        why = "not exported";
        if (call.CallerGroup != _identity.Group && !local.Service.Exported) return null;
        why = "not among its callers";
        return _options().Access.FirstOrDefault(access => access.Service == local.Service.Name)?.Allows(call.Caller, call.CallerGroup) != false ? local.Service : null;
    }

    private async Task<Socket> DialAsync(ServiceInstance service, ServiceNetwork network, CancellationToken cancellation)
    {
        var host = service.Address.Length > 0 ? service.Address : _catalog.Current.Nodes.GetValueOrDefault(_identity.Node)?.Address ?? IPAddress.Loopback.ToString();
        var timeout = _options().ConnectTimeout;
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await Sockets.ConnectAsync(host, service.Port, network == ServiceNetwork.Udp ? SocketType.Dgram : SocketType.Stream, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ProxyException(ProxyFailure.Timeout, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (SocketException refused)
        {
            throw new ProxyException(ProxyFailure.Unreachable, refused.Message, refused);
        }
    }

    private async Task CarryAsync(IncomingCall call, Socket socket, Activity? span, CancellationToken cancellation)
    {
        using var instance = new SocketServiceStream(socket);
        using var caller = await call.AcceptAsync(cancellation);
        var flow = _tcpFlows.Add(Cut);
        _metrics.Began(atClient: false);
        try
        {
            await using var stop = cancellation.UnsafeRegister(static cut => ((Action)cut!)(), (Action)Cut);
            await StreamPump.RunAsync(caller, instance, (toService, bytes) => flow.Moved(toService, bytes));
        }
        finally
        {
            _tcpFlows.Remove(flow);
            ProxyTracing.Carried(span, flow, caller.PathKind);
            _metrics.Ended(atClient: false);
        }

        void Cut()
        {
            caller.Abort();
            instance.Abort();
        }
    }

    private async Task CarryDatagramsAsync(IncomingCall call, Socket socket, Activity? span, CancellationToken cancellation)
    {
        using var instance = new SocketDatagramChannel(socket);
        var stream = await call.AcceptAsync(cancellation);
        using var caller = new StreamDatagramChannel(stream);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var flow = _udpFlows.Add(() => ending.Cancel());
        _metrics.Began(atClient: false);
        try
        {
            await DatagramPump.BothAsync(
                limit => DatagramPump.CopyAsync(caller.ReceiveAsync, instance.SendAsync, MaxDatagram, bytes => flow.Moved(toService: true, bytes), TooLong, limit),
                limit => DatagramPump.CopyAsync(instance.ReceiveAsync, caller.SendAsync, MaxDatagram, bytes => flow.Moved(toService: false, bytes), TooLong, limit),
                ending.Token);
        }
        finally
        {
            _udpFlows.Remove(flow);
            ProxyTracing.Carried(span, flow, stream.PathKind);
            _metrics.Ended(atClient: false);
        }

        int MaxDatagram() => _options().MaxDatagram;

        void TooLong() => _metrics.Dropped("too-long");
    }

    private async Task RefuseAsync(IncomingCall call, ProxyFailure reason, string counted, string why, string message, CancellationToken cancellation)
    {
        _metrics.Refused(counted);
        ProxyTracing.Fail(ProxyTracing.Current, reason, why);
        ProxyLog.CallRefused(_logger, call.Target.Service, call.Target.InstanceId, call.Caller, call.CallerGroup, why);
        await call.RefuseAsync(reason, message, cancellation);
    }
}
