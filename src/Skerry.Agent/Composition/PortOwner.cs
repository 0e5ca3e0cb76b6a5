using System.Globalization;
using System.Net;

namespace Skerry.Agent.Composition;

/// <summary>Finds the other process that holds a port, from /proc: whom to look for when a port is in use.</summary>
internal static class PortOwner
{
    /// <summary>Such as <c>skerry (process 4711)</c>; null when it cannot be told, mostly because the process is another user's.</summary>
    public static string? Find(IPEndPoint address)
    {
        try
        {
            var inodes = new HashSet<string>();
            foreach (var table in (string[])["tcp", "tcp6", "udp", "udp6"]) inodes.UnionWith(InodesOf("/proc/net/" + table, address));
            return inodes.Count == 0 ? null : FindHolder(inodes);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Sockets bound to the port that listen, or take datagrams; columns: slot, local address, remote address, state, ..., inode.</summary>
    private static IEnumerable<string> InodesOf(string table, IPEndPoint address)
    {
        if (!File.Exists(table)) yield break;
        var port = address.Port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            const string Listening = "0A";
            const string Unconnected = "07";
            if (columns.Length < 10 || columns[3] is not (Listening or Unconnected)) continue;
            var local = columns[1].Split(':');
            var isAny = address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any);
            if (local[1] == port && (isAny || Matches(local[0], address.Address))) yield return columns[9];
        }
    }

    /// <summary>The kernel prints addresses as 32-bit words in its own byte order; all zeros is bound to every address.</summary>
    private static bool Matches(string text, IPAddress address)
    {
        if (text.All(digit => digit == '0')) return true;
        var bytes = Convert.FromHexString(text);
        if (BitConverter.IsLittleEndian)
        {
            for (var word = 0; word < bytes.Length; word += 4) Array.Reverse(bytes, word, 4);
        }

        var bound = new IPAddress(bytes);
        return (bound.IsIPv4MappedToIPv6 ? bound.MapToIPv4() : bound).Equals(address);
    }

    private static string? FindHolder(HashSet<string> inodes)
    {
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[6]) && path[6..] != own))
        {
            try
            {
                if (Directory.EnumerateFileSystemEntries(process + "/fd").Any(descriptor => SocketOf(descriptor) is { } socket && inodes.Contains(socket)))
                    return $"{File.ReadAllText(process + "/comm").Trim()} (process {process[6..]})";
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile, or another user's.
            }
        }

        return null;
    }

    /// <summary>The inode of a descriptor's socket; null when it is something else, or was closed since it was listed: a busy process closes some all the time.</summary>
    private static string? SocketOf(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name is { } target && target.StartsWith("socket:[", StringComparison.Ordinal) ? target[8..^1] : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
