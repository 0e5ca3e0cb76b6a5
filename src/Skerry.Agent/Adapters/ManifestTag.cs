using System.Globalization;
using System.Net;

using Skerry.Gossip;
using Skerry.Manifest;

namespace Skerry.Agent.Adapters;

/// <summary>
/// What a member says of its part in the manifest: <c>role,expect,id,cluster,etcd</c>; two numbers in hexadecimal, and the address of its door for etcd's clients, which may be missing.
/// </summary>
internal static class ManifestTag
{
    private const string Scheme = "http://";

    private const int Parts = 4;

    public static string Write(GroupServer self)
    {
        var door = self.ClientUrl.StartsWith(Scheme, StringComparison.Ordinal) ? "," + self.ClientUrl[Scheme.Length..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{NameOf(self.Role)},{self.Expect},{self.Id:x},{self.Cluster:x}{door}");
    }

    /// <returns>Null: it says nothing that can be read.</returns>
    public static GroupServer? Read(Member member)
    {
        if (!member.Tags.TryGetValue(AgentTags.Manifest, out var text) || text.Split(',') is not { Length: >= Parts } parts) return null;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var expect) || expect < 1) return null;
        if (!ulong.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) || id == 0) return null;
        if (!ulong.TryParse(parts[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var cluster)) return null;
        var role = parts[0] == NameOf(GroupRole.Server) ? GroupRole.Server : GroupRole.Observer;
        var door = parts.Length > Parts && IPEndPoint.TryParse(parts[Parts], out var address) ? ClientUrl(address, member.Address.Address) : "";
        return new GroupServer(member.Name, id, role, expect, cluster, door, member.Status is MemberStatus.Alive);
    }

    /// <summary>How clients reach a door: one at all addresses of its node at the node's, one on loopback only where its node is on loopback, too.</summary>
    /// <param name="door">Where it listens.</param>
    /// <param name="node">Where its node is.</param>
    /// <returns>Empty: not from elsewhere.</returns>
    public static string ClientUrl(IPEndPoint door, IPAddress node)
    {
        if (door.Port == 0 || (IPAddress.IsLoopback(door.Address) && !IPAddress.IsLoopback(node))) return "";
        var isAny = door.Address.Equals(IPAddress.Any) || door.Address.Equals(IPAddress.IPv6Any);
        return Scheme + (isAny ? new IPEndPoint(node, door.Port) : door);
    }

    private static string NameOf(GroupRole role) => role == GroupRole.Server ? "server" : "observer";
}
