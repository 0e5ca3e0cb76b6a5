using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

using Skerry.Libp2p;

namespace Skerry.Agent.Configuration;

/// <summary>Addresses of the tunnel as operators write them.</summary>
internal static partial class TunnelAddress
{
    public const string Allowed = "an IP address or DNS name, with or without port, or a multiaddr as /ip4/192.0.2.1/tcp/20006";

    public static bool TryParse(string text, [NotNullWhen(true)] out Multiaddr? address)
    {
        address = null;
        if (text.StartsWith('/')) return Multiaddr.TryParse(text, out address) && address.TryGetTcp(out _);
        if (IPEndPoint.TryParse(text, out var point) && IsWhole(text, point))
        {
            address = Multiaddr.FromTcp(new IPEndPoint(point.Address, point.Port == 0 ? EdgeTunnelConfiguration.DefaultPort : point.Port));
            return true;
        }

        if (Name().Match(text) is not { Success: true } match) return false;
        var port = match.Groups["port"] is { Success: true, Value: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : EdgeTunnelConfiguration.DefaultPort;
        return port is > 0 and <= 65535 && Multiaddr.TryParse(string.Create(CultureInfo.InvariantCulture, $"/dns/{match.Groups["host"].Value}/tcp/{port}"), out address);
    }

    /// <summary>The framework takes '10.1' for 10.0.0.1; nobody means that.</summary>
    private static bool IsWhole(string text, IPEndPoint point) => point.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(sign => sign == '.') == 3;

    [GeneratedRegex(@"^(?<host>(?=[^:]*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)(:(?<port>\d{1,5}))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
