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
            CheckListen(errors, options, $"{path}.listen", forward.Listen);
            if (options.Forwards.Take(i).Any(other => other.Network == forward.Network && other.Listen.Equals(forward.Listen) && (forward.Listen.Port != 0 || other == forward)))
                errors.Add(new ProxyError($"{path}.listen", $"{forward.Listen} is another forward's already; allowed: each address once"));
        }

        for (var i = 0; i < options.Access.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"access[{i}]");
            var access = options.Access[i];
            if (options.Access.Take(i).Any(other => other.Service == access.Service)) errors.Add(new ProxyError($"{path}.service", $"'{access.Service}' has its callers already; allowed: each service once"));
            if (access.Callers.FirstOrDefault(caller => caller.Split('@') is not ([{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 }])) is { } nobody)
                errors.Add(new ProxyError($"{path}.callers", $"'{nobody}' is nobody; allowed: GROUP or NODE@GROUP"));
        }

        if (options.Socks.Listen is { } socks) CheckListen(errors, options, "socks.listen", socks);
        if (options.Socks.User.Length > 0 != options.Socks.Password.Length > 0) errors.Add(new ProxyError("socks.password", "needs 'user' and 'password', or neither"));
        if (options.Dns is { Enable: true, Listen: { } names }) CheckListen(errors, options, "dns.listen", names);
        if (options.Dns.Recursors.FirstOrDefault(server => server.Port == 0 || server.Equals(options.Dns.Listen ?? DnsOptions.DefaultListen)) is { } wrong)
            errors.Add(new ProxyError("dns.recursors", $"{wrong} cannot be asked; allowed: addresses of other servers, with their ports"));
        CheckVirtual(errors, options.VirtualAddresses.Network);
        return errors.ToImmutable();
    }

    private static void CheckVirtual(ImmutableArray<ProxyError>.Builder errors, IPNetwork network)
    {
        if (IPNetwork.Parse("127.0.0.0/8").Contains(network.BaseAddress) && network.PrefixLength is >= 8 and <= 24) return;
        errors.Add(new ProxyError("virtualAddresses.network", $"{network} is not for this; allowed: a network inside 127.0.0.0/8, with a prefix of 8 to 24 bits"));
    }

    private static void CheckListen(ImmutableArray<ProxyError>.Builder errors, ProxyOptions options, string path, IPEndPoint address)
    {
        if (options.AllowOpenListeners || IPAddress.IsLoopback(address.Address)) return;
        errors.Add(new ProxyError(path, $"{address} is open to the network, and whoever reaches it reaches the service; allowed: a loopback address, or any with proxy.allowOpenListeners: true"));
    }
}
