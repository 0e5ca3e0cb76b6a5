using System.ComponentModel;
using System.Diagnostics;

namespace Skerry.Bench.Gossip;

/// <summary>A network namespace for the run: its loopback device carries nothing but the fleet, so its counters are the fleet's bytes.</summary>
internal static class Isolation
{
    private const string Marker = "SKERRY_BENCH_ISOLATED";

    /// <summary>Whether this process runs in one of its own already.</summary>
    public static bool IsIsolated => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>Runs this program again in a namespace of its own.</summary>
    /// <returns>Its exit code; null when the system allows no namespaces or lacks the tools.</returns>
    public static async Task<int?> RunAgainAsync(string[] arguments)
    {
        const string Script = "ip link set lo up && exec \"$0\" \"$@\"";
        var start = new ProcessStartInfo("unshare", ["--map-root-user", "--net", "sh", "-c", Script, Environment.ProcessPath!, .. arguments]);
        start.Environment[Marker] = "1";
        try
        {
            using var tried = Process.Start(new ProcessStartInfo("unshare", ["--map-root-user", "--net", "ip", "link", "set", "lo", "up"]))!;
            await tried.WaitForExitAsync();
            if (tried.ExitCode != 0) return null;
            using var again = Process.Start(start)!;
            await again.WaitForExitAsync();
            return again.ExitCode;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
