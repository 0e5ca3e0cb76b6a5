using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.CommandLine;

/// <summary>What one run of the command line printed, and ended with.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Errors)
{
    public static async Task<CommandLineRun> OfAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var exitCode = await SkerryCommandLine.RunAsync(arguments, new Terminal(output, errors, IsInteractive: false), CancellationToken.None);
        return new CommandLineRun(exitCode, output.ToString(), errors.ToString());
    }
}
