using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Skerry.Agent.CommandLine;

/// <summary>A command that runs in this terminal, with this process's input and output.</summary>
internal sealed class ChildProcess : IDisposable
{
    /// <summary>What shells end with for a command they cannot find.</summary>
    public const int NotFound = 127;

    private const int Terminate = 15;

    private readonly Process _process;

    /// <exception cref="CommandFailedException">It cannot be started.</exception>
    public ChildProcess(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Exception refused) when (refused is Win32Exception or IOException)
        {
            throw new CommandFailedException(NotFound, $"'{command[0]}' cannot be started: {refused.Message}");
        }
    }

    /// <summary>Waits for its end, and gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Asks it to end.</summary>
    public void Stop()
    {
        if (!_process.HasExited) _ = Signal(_process.Id, Terminate);
    }

    /// <summary>Ends it, and what it has started.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose() => _process.Dispose();

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
