using Skerry.Proxy;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>The proxy reaches instances of other sites through the tunnel.</summary>
/// <param name="tunnel">Carries them; null: this node runs none.</param>
internal sealed class TunnelFarDialer(Func<TunnelNode?> tunnel) : IFarDialer
{
    public async Task<ServiceStream> DialAsync(string node, ServiceTarget target, CancellationToken cancel)
    {
        if (tunnel() is not { } there) throw new ProxyException(ProxyFailure.Unreachable, $"{node} is in another site, and this node runs no tunnel: set edgeTunnel.enable, and a mesh key or a credential.");
        try
        {
            return new TunnelServiceStream(await there.ConnectAsync(node, new SessionTarget(target.Service, target.InstanceId, NameOf(target.Network)), cancel));
        }
        catch (TunnelException failed)
        {
            throw new ProxyException(ReasonOf(failed.Refusal), failed.Message, failed);
        }
    }

    internal static string NameOf(ServiceNetwork network) => network == ServiceNetwork.Udp ? "udp" : "tcp";

    private static ProxyFailure ReasonOf(SessionRefusal? refusal) => refusal switch
    {
        SessionRefusal.NotAllowed or SessionRefusal.NoSuchService => ProxyFailure.Refused,
        SessionRefusal.Busy => ProxyFailure.Busy,
        _ => ProxyFailure.Unreachable,
    };
}
