using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

using Skerry.Agent.CommandLine.Verbs;

namespace Skerry.Agent.CommandLine;

/// <summary>The program's verbs.</summary>
internal static class SkerryCommandLine
{
    private const string Description = """
        Skerry: an edge mesh in one program. Membership by gossip, a service catalog, an HTTP gateway.

        Exit codes: 0 done; 1 failed, the reason is printed; 2 wrong command line or configuration; 3 no agent answers;
        4 what was named is not there; 128+N stopped at once by signal N.
        """;

    /// <summary>Runs the verb that the arguments name; returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellation)
    {
        // Who says nothing wants to know what there is to say.
        // @FILE is a value's, and no file with more arguments.
        var parse = Create(terminal).Parse(arguments.Length > 0 ? arguments : ["--help"], new ParserConfiguration { ResponseFileTokenReplacer = null });
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // The agent and the demo handle signals themselves; the others have nothing to finish.
            ProcessTerminationTimeout = null,
        };
        if (parse.Action is not ParseErrorAction refused) return await parse.InvokeAsync(configuration, cancellation);
        refused.ShowHelp = false;
        await parse.InvokeAsync(configuration, cancellation);
        await terminal.Error.WriteLineAsync($"Run '{CommandPath(parse)} --help' for what is allowed.");
        return ExitCode.Usage;
    }

    /// <summary>As it is typed: <c>skerry relay add</c>.</summary>
    private static string CommandPath(ParseResult parse)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = parse.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent) names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend("skerry"));
    }

    internal static RootCommand Create(Terminal terminal) => new(Description)
    {
        AgentCommand.Create(terminal),
        DevCommand.Create(terminal),
        DemoCommand.Create(terminal),
        DemoServiceCommand.Create(terminal),
        MembersCommand.Create(terminal),
        JoinCommand.Create(terminal),
        LeaveCommand.Create(terminal),
        ForceLeaveCommand.Create(terminal),
        ServicesCommand.Create(terminal),
        RegisterCommand.Create(terminal),
        DeregisterCommand.Create(terminal),
        KvCommand.Create(terminal),
        PipelineCommand.Create(terminal),
        ForwardCommand.Create(terminal),
        GroupCommand.Create(terminal),
        SnapshotCommand.Create(terminal),
        TunnelCommand.Create(terminal),
        RelayCommand.Create(terminal),
        WhyCommand.Create(terminal),
        PingCommand.Create(terminal),
        MonitorCommand.Create(terminal),
        KeygenCommand.Create(terminal),
        CaCommand.Create(terminal),
        ValidateCommand.Create(terminal),
        VersionCommand.Create(terminal),
        CompletionCommand.Create(terminal),
        ConfigurationReferenceCommand.Create(terminal),
    };
}
