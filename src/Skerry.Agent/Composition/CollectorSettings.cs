using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Composition;

/// <summary>
/// What the garbage collector should be told. It asks for it once, before any code of this program runs, and only in the environment: where something else is better, the program takes its own
/// place with that in its environment, as the same process with the same files open.
/// </summary>
internal static class CollectorSettings
{
    /// <summary>
    /// How much is allocated before the youngest objects are looked through, in bytes, hexadecimal: the runtime's own name for it. By default it follows the processor's cache, and is so little
    /// that the requests under way in a server of the manifest are moved again and again before they end.
    /// </summary>
    public const string YoungestGeneration = "DOTNET_GCgen0size";

    private const long MostYoungest = 64 << 20;

    /// <summary>Some processors' caches come to this by default: less would be no gain.</summary>
    private const long LeastYoungest = 16 << 20;

    /// <summary>This part of the machine's memory, or of what its container may take, may go to the youngest.</summary>
    private const int YoungestShare = 32;

    /// <summary>Returns when everything is as it should be, or cannot be had.</summary>
    public static void Apply(AgentConfiguration model)
    {
        if (model.Manifest.Role != ManifestRole.Server || !OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(YoungestGeneration) is not null) return;
        var size = YoungestFor(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        if (size > 0) StartAgainWith($"{YoungestGeneration}={size:X}");
    }

    /// <summary>The size of the youngest generation on a machine with so much memory; 0: what the runtime has by default.</summary>
    public static long YoungestFor(long memory) => Math.Min(MostYoungest, memory / YoungestShare) is var size && size > LeastYoungest ? size : 0;

    /// <summary>Where the runtime of a process listens for tools. The name has when the process began, counted by the system: others with the same number may have left theirs.</summary>
    public static string DiagnosticSocketOf(int process)
    {
        const int StartTime = 19; // proc_pid_stat(5): the 22nd field, counted from the one after the name, which may hold anything
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{process}-{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartTime]}-socket");
    }

    private static void StartAgainWith(string setting)
    {
        try
        {
            // The last of each is the end that the call expects.
            string?[] arguments = [.. Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).Split('\0')[..^1], null];
            string?[] environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}"), setting, null];
            // The runtime takes this one away when it ends, not when its place is taken.
            File.Delete(DiagnosticSocketOf(Environment.ProcessId));
            // Not /proc/self/exe: its last part is what the process is called in lists.
            if (Environment.ProcessPath is { } program) _ = Execute(program, arguments, environment);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // As when the call comes back: everything goes on as it is, only slower.
        }
    }

    [DllImport("libc", EntryPoint = "execve")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments,
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] environment);
}
