using System.Runtime.InteropServices;

namespace Skerry.Catalog.Checks;

/// <summary>A group of processes that ends together: whatever the first one started is in it, daemons that make a group of their own excepted.</summary>
internal static class ProcessGroup
{
    private const int SigKill = 9;

    /// <summary>The program that puts another into a group of its own and becomes it; null where there is none.</summary>
    public static readonly string? Starter = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);

    /// <summary>Kills all of the group that a process leads.</summary>
    public static void Kill(int leader)
    {
        // Never 0 or below: that would be our own group, or everybody. Who is gone already needs no killing.
        if (leader > 1) _ = Signal(-leader, SigKill);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
