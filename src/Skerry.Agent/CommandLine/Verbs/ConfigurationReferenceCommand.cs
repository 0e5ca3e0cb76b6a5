using System.CommandLine;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry configuration-reference</c>: for whoever builds Skerry, writes docs/configuration.md.</summary>
internal static class ConfigurationReferenceCommand
{
    public static Command Create(Terminal terminal) => new Command("configuration-reference", "Print docs/configuration.md.") { Hidden = true }.Running(terminal, async (_, _) =>
    {
        await terminal.Output.WriteAsync(ConfigurationReference.Write());
        return ExitCode.Success;
    });
}
