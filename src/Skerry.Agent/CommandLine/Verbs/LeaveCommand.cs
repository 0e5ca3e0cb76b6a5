using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry leave</c></summary>
internal static class LeaveCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        return new Command("leave", "Make the agent leave its group gracefully and end.") { json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            await client.PutAsync("v1/agent/leave", cancellation);
            terminal.Write(new OutcomeResult("leaving", []), ResultJson.Readable.OutcomeResult, parse.GetValue(json), _ => "The agent is leaving and will end.");
            return ExitCode.Success;
        });
    }
}
