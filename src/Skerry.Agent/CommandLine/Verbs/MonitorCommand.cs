using System.CommandLine;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry monitor</c></summary>
internal static class MonitorCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var level = new Option<string>("--level") { Description = "The least important level shown: trace, debug, info, warning, error.", DefaultValueFactory = _ => "info" };
        level.AcceptOnlyFromAmong("trace", "debug", "info", "warning", "error");
        return new Command("monitor", "Show the agent's log as it is written, until Ctrl+C or the agent's end.") { level, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            await foreach (var line in client.ReadLinesAsync($"v1/agent/monitor?loglevel={parse.GetValue(level)}{(parse.GetValue(json) ? "&logjson" : "")}", cancellation))
            {
                await terminal.Output.WriteLineAsync(line);
                await terminal.Output.FlushAsync(cancellation);
            }

            return ExitCode.Success;
        });
    }
}
