using System.CommandLine;

using Skerry.Agent.Composition;
using Skerry.Agent.Configuration;
using Skerry.Agent.Demo;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry agent --config FILE</c></summary>
internal static class AgentCommand
{
    public static Command Create(Terminal terminal)
    {
        var config = new Option<string?>("--config", "-c") { Description = "Configuration file; docs/configuration.md lists its keys. Absent: every key has its default.", HelpName = "FILE" };
        var parent = DemoServiceCommand.ParentOption();
        // No key of the file: nobody should find out later that a node ran like this.
        var unsafeNoFsync = new Option<bool>("--unsafe-no-fsync") { Description = "For benchmarks alone: acknowledge what the manifest's log has not flushed, so that a crash of the machine loses it" };
        var flags = new AgentFlags();
        var command = new Command("agent", "Run an agent. Flags stand over the file.") { config, parent, unsafeNoFsync };
        foreach (var flag in flags.Options) command.Options.Add(flag);
        return command.Running(terminal, (parse, cancellation) =>
        {
            var file = new ConfigurationFile(parse.GetValue(config), flags.Overrides(parse));
            var canBeReadAgain = file.CanBeReadAgain;
            var configuration = file.Load();
            if (canBeReadAgain) CollectorSettings.Apply(configuration.Model);
            if (parse.GetValue(parent) is { } directory) ParentWatch.Begin(directory);
            return AgentProcess.RunAsync(file, configuration, terminal, cancellation, parse.GetValue(unsafeNoFsync));
        });
    }
}
