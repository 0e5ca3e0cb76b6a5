using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry deregister ID</c></summary>
internal static class DeregisterCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var id = new Argument<string>("ID") { Description = "Id of an instance on the agent's node; its name, unless it was registered with another." };
        return new Command("deregister", "Remove an instance of the agent's node.") { id, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var name = parse.GetValue(id)!;
            await client.PutAsync("v1/agent/service/deregister/" + Uri.EscapeDataString(name), cancellation);
            terminal.Write(new OutcomeResult("deregistered", [name]), ResultJson.Readable.OutcomeResult, parse.GetValue(json), done => $"Deregistered {done.Subjects[0]}.");
            return ExitCode.Success;
        });
    }
}
