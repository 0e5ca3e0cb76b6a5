using System.Collections.Concurrent;
using System.Net;

using Skerry.Gateway;
using Skerry.Proxy;

namespace Skerry.Agent.Adapters;

/// <summary>The gateway reaches services of other groups through forwards of the proxy, one for each it asks for.</summary>
/// <param name="proxy">Opens them.</param>
internal sealed class ProxyFarServices(ProxyServer proxy) : IFarServices
{
    private readonly ConcurrentDictionary<(string Service, string Group), Task<IPEndPoint?>> _opened = new();

    public event Action? Changed;

    public IPEndPoint? Find(string service, string group)
    {
        var opened = _opened.GetOrAdd((service, group), OpenAsync);
        return opened.IsCompletedSuccessfully ? opened.Result : null;
    }

    private async Task<IPEndPoint?> OpenAsync((string Service, string Group) wanted)
    {
        // The caller holds its lock: what is told of it comes later, and from elsewhere.
        await Task.Yield();
        try
        {
            var options = new ForwardOptions { Service = wanted.Service, Group = wanted.Group, Listen = new IPEndPoint(IPAddress.Loopback, 0), Policy = BalancingPolicy.LeastConnections };
            return (await proxy.OpenForwardAsync(options, CancellationToken.None)).Address;
        }
        catch (Exception refused) when (refused is ProxyException or ObjectDisposedException)
        {
            _opened.TryRemove(wanted, out _);
            return null;
        }
        finally
        {
            _ = Task.Run(() => Changed?.Invoke());
        }
    }
}
