using System.Globalization;
using System.Net;

namespace Skerry.Proxy.Dns;

/// <summary>The names that a domain is made of.</summary>
/// <param name="domain">The domain, lower case, with dots.</param>
internal sealed class DnsNames(string domain)
{
    public string Domain => domain;

    /// <summary>Whether a name is the domain or under it.</summary>
    public bool Holds(string name) =>
        name.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (name.Length == domain.Length || name[name.Length - domain.Length - 1] == '.');

    public string OfService(string service, string group) => $"{service}.service.{group}.{domain}";

    /// <summary>A host's name for an address: its bytes as hexadecimal digits, as Consul writes them.</summary>
    public string OfAddress(IPAddress address, string group) => $"{Convert.ToHexStringLower(address.GetAddressBytes())}.addr.{group}.{domain}";

    /// <summary>A node's name; null when DNS cannot write it, as a label of it is longer than 63 bytes or all together than 253.</summary>
    public string? OfNode(string node, string group)
    {
        var name = $"{node}.node.{group}.{domain}";
        return IsWritable(name) ? name : null;
    }

    public static bool IsWritable(string name) => name.Length <= 253 && name.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(char.IsAscii));

    /// <summary>The address in the first label of such a name; null when it is none.</summary>
    public static IPAddress? ParseAddress(string label)
    {
        if (label.Length is not (8 or 32)) return null;
        Span<byte> bytes = stackalloc byte[label.Length / 2];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!byte.TryParse(label.AsSpan(2 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i])) return null;
        }

        return new IPAddress(bytes);
    }
}
