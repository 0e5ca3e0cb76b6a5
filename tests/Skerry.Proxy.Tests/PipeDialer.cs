using System.Collections.Concurrent;

namespace Skerry.Proxy.Tests;

/// <summary>Reaches the doors of other nodes in this process.</summary>
internal sealed class PipeDialer(string caller, string group, Func<string, ServiceDoor?> doors) : IFarDialer
{
    public ConcurrentQueue<string> Dialed { get; } = [];

    public async Task<ServiceStream> DialAsync(string node, ServiceTarget target, CancellationToken cancel)
    {
        Dialed.Enqueue(node);
        if (doors(node) is not { } door) throw new ProxyException(ProxyFailure.Unreachable, $"{node} is not reached.");
        var call = new PipeCall(caller, group, target);
        _ = door.ServeAsync(call, CancellationToken.None);
        return await call.Answer.WaitAsync(cancel);
    }
}
