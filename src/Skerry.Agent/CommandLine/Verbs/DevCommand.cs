using System.CommandLine;

using Skerry.Agent.Composition;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry dev</c></summary>
internal static class DevCommand
{
    public static Command Create(Terminal terminal)
    {
        var flags = new AgentFlags();
        var command = new Command("dev", "Run one node on loopback with nothing to configure; it keeps nothing when it ends.");
        foreach (var flag in flags.Options) command.Options.Add(flag);
        return command.Running(terminal, (parse, cancellation) => AgentProcess.RunAsync(new ConfigurationFile(null, flags.Overrides(parse)), terminal, cancellation));
    }
}
