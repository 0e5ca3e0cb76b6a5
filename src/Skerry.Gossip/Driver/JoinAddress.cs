using System.Globalization;
using System.Net;

namespace Skerry.Gossip.Driver;

/// <summary>An address to join through, as an operator writes it: <c>host</c>, <c>host:port</c>, <c>name/host:port</c>, <c>[v6]:port</c>.</summary>
/// <param name="Host">Name or IP address.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct JoinAddress(string Host, int Port)
{
    /// <summary>Reads an address; false when it makes no sense.</summary>
    public static bool TryParse(string text, int defaultPort, out JoinAddress address)
    {
        address = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var rest = text[(slash + 1)..];
        var bracket = rest.LastIndexOf(']');
        // Without brackets more than one colon is an IPv6 address with no port.
        var colon = bracket < 0 && rest.IndexOf(':', StringComparison.Ordinal) != rest.LastIndexOf(':') ? -1 : rest.LastIndexOf(':');
        var hasPort = colon > bracket;
        var host = (hasPort ? rest[..colon] : rest).Trim('[', ']');
        var port = defaultPort;
        if (hasPort && !(int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535)) return false;
        if (host.Length == 0 || (host.Contains(':', StringComparison.Ordinal) && !IPAddress.TryParse(host, out _))) return false;
        address = new JoinAddress(host, port);
        return true;
    }

    /// <summary>Every IP address it stands for.</summary>
    public async Task<IPEndPoint[]> ResolveAsync(CancellationToken cancellation)
    {
        var port = Port;
        var addresses = IPAddress.TryParse(Host, out var ip) ? [ip] : await Dns.GetHostAddressesAsync(Host, cancellation);
        return [.. addresses.Select(found => new IPEndPoint(found, port))];
    }
}
