using Skerry.Proxy;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>A session that another node asks for, as the proxy's door answers it.</summary>
/// <param name="asked">The session.</param>
/// <param name="target">What it is for, where the session does not say so by name; null: it does.</param>
internal sealed class TunnelCall(IncomingSession asked, ServiceTarget? target = null) : IncomingCall
{
    public override string Caller => asked.Caller;

    public override string CallerGroup => asked.CallerGroup;

    public override ServiceTarget Target { get; } = target ?? new ServiceTarget(asked.Target.Service, asked.Target.Instance, asked.Target.Network == "udp" ? ServiceNetwork.Udp : ServiceNetwork.Tcp);

    public override async ValueTask<ServiceStream> AcceptAsync(CancellationToken cancel) => new TunnelServiceStream(await asked.AcceptAsync(cancel));

    public override async ValueTask RefuseAsync(ProxyFailure reason, string message, CancellationToken cancel) => await asked.RefuseAsync(RefusalOf(reason), message, cancel);

    private static SessionRefusal RefusalOf(ProxyFailure reason) => reason switch
    {
        ProxyFailure.Refused => SessionRefusal.NotAllowed,
        ProxyFailure.NoInstance => SessionRefusal.NoSuchService,
        ProxyFailure.Busy => SessionRefusal.Busy,
        _ => SessionRefusal.ServiceUnreachable,
    };
}
