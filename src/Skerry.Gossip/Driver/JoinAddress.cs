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
        var rest = text.Contains('/', StringComparison.Ordinal) ? text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..] : text;
        if (rest.Length == 0) return false;
        if (IPAddress.TryParse(rest, out var bare) && (rest.Contains("::", StringComparison.Ordinal) || bare.ToString() == rest))
        {
            address = new JoinAddress(rest.Trim('[', ']'), defaultPort);
            return true;
        }

        var colon = rest.LastIndexOf(':');
        if (colon < 0 || rest.EndsWith(']'))
        {
            address = new JoinAddress(rest.Trim('[', ']'), defaultPort);
            return true;
        }

        if (!int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535 || colon == 0) return false;
        address = new JoinAddress(rest[..colon].Trim('[', ']'), port);
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
