using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Proxy.Flows;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Forwarding;

/// <summary>Carries a client's TCP connection to an instance and back.</summary>
/// <param name="dialer">Reaches the instance.</param>
/// <param name="flows">Watches that something moves.</param>
/// <param name="traces">Knows which connections belong to a trace already.</param>
/// <param name="metrics">Counts.</param>
/// <param name="logger">Says what ended how.</param>
internal sealed class TcpCarrier(InstanceDialer dialer, FlowTable flows, ExpectedTraces traces, ProxyMetrics metrics, ILogger logger)
{
    /// <summary>Dials, and carries until both have ended. False when no instance was reached: then the client is cut off.</summary>
    public async Task<bool> CarryAsync(Socket socket, IPAddress? client, ForwardTarget target, CancellationToken stopping)
    {
        using var stream = new SocketServiceStream(socket);
        using var span = ProxyTracing.BeginForward(target.Query, client, ProxyTracing.IsOn ? traces.Take(socket.RemoteEndPoint as IPEndPoint) : default);
        Dialed<ServiceStream> dialed;
        try
        {
            dialed = await dialer.DialStreamAsync(target.Query, target.Balancer, client, stopping);
        }
        catch (ProxyException failed)
        {
            ProxyTracing.Fail(span, failed);
            ProxyLog.NotReached(logger, target.Query.ToString(), client?.ToString() ?? "a client", failed.Message);
            return false;
        }

        await CarryAsync(stream, client, dialed, span, stopping);
        return true;
    }

    /// <summary>Carries between a client and an instance that was dialled, until both have ended; disposes both.</summary>
    public async Task CarryAsync(ServiceStream client, IPAddress? address, Dialed<ServiceStream> dialed, Activity? span, CancellationToken stopping)
    {
        var (service, lease) = dialed;
        ProxyTracing.Reached(span, lease.Instance, service.PathKind);
        var name = lease.Instance.Service;
        var flow = flows.Add(Cut);
        metrics.Began(atClient: true);
        var problem = "";
        try
        {
            await using var stop = stopping.UnsafeRegister(static cut => ((Action)cut!)(), (Action)Cut);
            await StreamPump.RunAsync(client, service, (toService, bytes) =>
            {
                flow.Moved(toService, bytes);
                metrics.Carried(name, service.PathKind, toService, bytes);
            });
        }
        catch (IOException broken)
        {
            problem = "; " + (flow.IsIdleOut ? "nothing moved" : broken.Message);
            ProxyTracing.Fail(span, flow.IsIdleOut ? "idle" : "broken", broken.Message);
        }
        finally
        {
            flows.Remove(flow);
            await client.DisposeAsync();
            await service.DisposeAsync();
            lease.Dispose();
            metrics.Ended(atClient: true);
            ProxyTracing.Carried(span, flow, service.PathKind);
            ProxyLog.FlowEnded(logger, name, address?.ToString() ?? "a client", service.PathKind, lease.Instance.Key.ToString(), flow.Up, flow.Down, problem);
        }

        void Cut()
        {
            client.Abort();
            service.Abort();
        }
    }
}
