using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Skerry.Proxy;

/// <summary>What must hold between options, once each is right by itself.</summary>
internal static class ProxyValidation
{
    public static ImmutableArray<ProxyError> Check(ProxyOptions options)
    {
        var errors = ImmutableArray.CreateBuilder<ProxyError>();
        for (var i = 0; i < options.Forwards.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"forwards[{i}]");
            var forward = options.Forwards[i];
            if (forward.Service.Length is 0 or > 128 || forward.Service.AsSpan().ContainsAny("/@ ")) errors.Add(new ProxyError($"{path}.service", $"'{forward.Service}' cannot be a service's name"));
            if (forward.Network == ServiceNetwork.Udp) errors.Add(new ProxyError($"{path}.network", "udp is not carried yet; allowed: tcp"));
            CheckListen(errors, options, $"{path}.listen", forward.Listen);
            if (options.Forwards.Take(i).Any(other => other.Network == forward.Network && other.Listen.Equals(forward.Listen) && (forward.Listen.Port != 0 || other == forward)))
                errors.Add(new ProxyError($"{path}.listen", $"{forward.Listen} is another forward's already; allowed: each address once"));
        }

        return errors.ToImmutable();
    }

    private static void CheckListen(ImmutableArray<ProxyError>.Builder errors, ProxyOptions options, string path, IPEndPoint address)
    {
        if (options.AllowOpenListeners || IPAddress.IsLoopback(address.Address)) return;
        errors.Add(new ProxyError(path, $"{address} is open to the network, and whoever reaches it reaches the service; allowed: a loopback address, or any with proxy.allowOpenListeners: true"));
    }
}
