using System.Globalization;

namespace Skerry.Lab.Fabric;

/// <summary>What a lab needs of the machine it runs on.</summary>
internal static class Requirements
{
    private const ulong NetworkAdministration = 1UL << 12; // CAP_NET_ADMIN
    private const ulong SystemAdministration = 1UL << 21;  // CAP_SYS_ADMIN

    private static readonly string[] Tools = ["ip", "nft", "setpriv"];

    /// <summary>One line that says why no lab can be made here; null when one can.</summary>
    public static string? Missing { get; } = Find();

    /// <summary>The library that gives a program a wall clock of its own (Debian's libfaketime); null: it is not installed.</summary>
    public static string? FakeTime { get; } = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).FirstOrDefault()
        : null;

    private static string? Find()
    {
        const ulong needed = NetworkAdministration | SystemAdministration;
        if ((Capabilities() & needed) != needed) return "network namespaces need root (CAP_NET_ADMIN and CAP_SYS_ADMIN)";
        if (!File.Exists("/dev/net/tun")) return "there is no /dev/net/tun";
        var absent = Tools.Where(tool => !IsOnPath(tool)).ToList();
        return absent.Count == 0 ? null : $"not installed: {string.Join(", ", absent)} (Debian's iproute2, nftables, util-linux)";
    }

    private static ulong Capabilities()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static bool IsOnPath(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, tool)));
}
