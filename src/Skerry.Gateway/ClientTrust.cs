using System.Collections.Immutable;
using System.Net;

using Microsoft.AspNetCore.Http;

namespace Skerry.Gateway;

/// <summary>Whose word counts about where a request comes from: nobody's but the socket's, unless the peer is a proxy the operator trusts.</summary>
internal static class ClientTrust
{
    public static bool IsTrusted(IPAddress? address, ImmutableArray<IPNetwork> trusted)
    {
        if (trusted.IsEmpty || address is null) return false;
        var plain = Plain(address);
        foreach (var network in trusted)
        {
            if (network.Contains(plain)) return true;
        }

        return false;
    }

    /// <summary>The address nearest to us in the chain that no trusted proxy has: what is further away is hearsay of a stranger.</summary>
    public static string ClientOf(string peer, IHeaderDictionary headers, ImmutableArray<IPNetwork> trusted)
    {
        var client = peer;
        foreach (var entry in headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries).Reverse())
        {
            if (!TryParse(entry, out var address)) return client;
            client = Plain(address).ToString();
            if (!IsTrusted(address, trusted)) return client;
        }

        return client;
    }

    /// <summary>What the instance is told behind a trusted proxy: its chain, with the proxy itself added.</summary>
    public static ForwardedClient Extend(GatewayContext context, string peer)
    {
        var headers = context.RequestHeaders;
        var chain = headers["X-Forwarded-For"].ToString();
        var standard = headers["Forwarded"].ToString();
        return new ForwardedClient(
            chain.Length > 0 ? $"{chain}, {peer}" : peer,
            headers["X-Forwarded-Proto"] is [{ Length: > 0 } proto, ..] ? proto : context.Scheme,
            headers["X-Forwarded-Host"] is [{ Length: > 0 } original, ..] ? original : context.OriginalHost,
            standard.Length > 0 ? $"{standard}, for={Quote(peer)};proto={context.Scheme}" : null);
    }

    /// <summary>IPv4 as itself, also when it came in through an IPv6 socket.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static string Quote(string address) => address.Contains(':', StringComparison.Ordinal) ? $"\"[{address}]\"" : address;

    private static bool TryParse(string entry, out IPAddress address)
    {
        // Some proxies add the port.
        if (IPAddress.TryParse(entry, out address!)) return true;
        if (!IPEndPoint.TryParse(entry, out var point)) return false;
        address = point.Address;
        return true;
    }
}
