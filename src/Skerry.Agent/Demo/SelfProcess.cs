using System.Diagnostics;
using System.Reflection;

namespace Skerry.Agent.Demo;

/// <summary>Starts this program again with another verb.</summary>
internal static class SelfProcess
{
    public static ProcessStartInfo StartInfo(params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The system does not say which program this is.");
        // Started as 'dotnet skerry.dll': the host needs to be told the program again.
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new ProcessStartInfo(program, isHost ? arguments.Prepend(Assembly.GetExecutingAssembly().Location) : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Killed processes would leave the sockets of the runtime's diagnostics behind in the system's temporary directory.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
    }
}
