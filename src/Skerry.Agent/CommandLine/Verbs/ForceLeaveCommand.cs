using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry force-leave NODE</c></summary>
internal static class ForceLeaveCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var node = new Argument<string>("NODE") { Description = "Name of a failed member." };
        var prune = new Option<bool>("--prune") { Description = "Forget it at once, not after its tombstone's time." };
        return new Command("force-leave", "Turn a failed member into one that left.") { node, prune, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var name = parse.GetValue(node)!;
            await client.PutAsync($"v1/agent/force-leave/{Uri.EscapeDataString(name)}{(parse.GetValue(prune) ? "?prune" : "")}", cancellation);
            terminal.Write(new OutcomeResult("forced out", [name]), ResultJson.Readable.OutcomeResult, parse.GetValue(json), done => $"Forced out {done.Subjects[0]}.");
            return ExitCode.Success;
        });
    }
}
