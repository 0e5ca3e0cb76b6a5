using System.Globalization;
using System.Net;

namespace Skerry.Catalog.Checks;

/// <summary>Where a check connects to: <c>host:port</c> or <c>[v6]:port</c>, and for gRPC <c>/service</c>.</summary>
/// <param name="Host">IP address or host name, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Service">What follows the first slash; empty when there is none.</param>
internal readonly record struct CheckTarget(string Host, int Port, string Service)
{
    /// <summary>As a URL has it.</summary>
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    public static bool TryParse(string text, out CheckTarget target)
    {
        target = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0) return false;
        var host = address[..colon];
        if (host is ['[', .. var inner, ']'])
        {
            if (!IPAddress.TryParse(inner, out _)) return false;
            host = inner;
        }
        else if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            return false;
        }

        target = new CheckTarget(host, port, slash < 0 ? "" : text[(slash + 1)..]);
        return true;
    }

    /// <summary>Of a text that was found sound when it was registered.</summary>
    public static CheckTarget Parse(string text) => TryParse(text, out var target) ? target : throw new FormatException($"\"{text}\" is not HOST:PORT");
}
