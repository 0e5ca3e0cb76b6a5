using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry join ADDRESS...</c></summary>
internal static class JoinCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var addresses = new Argument<string[]>("ADDRESS") { Description = "Members' gossip addresses: HOST or HOST:PORT.", Arity = ArgumentArity.OneOrMore };
        return new Command("join", "Make the agent join a group through members of it.") { addresses, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var joined = new List<string>();
            CommandFailedException? last = null;
            foreach (var address in parse.GetValue(addresses)!)
            {
                try
                {
                    await client.PutAsync("v1/agent/join/" + Uri.EscapeDataString(address), cancellation);
                    joined.Add(address);
                }
                catch (CommandFailedException failed) when (failed.ExitCode == ExitCode.Failed)
                {
                    last = failed;
                    await terminal.Error.WriteLineAsync("skerry: " + failed.Message);
                }
            }

            if (joined.Count == 0 && last is not null)
                throw new CommandFailedException(ExitCode.Failed, "Joined nobody. Do these agents run, and with the same key?");
            terminal.Write(new OutcomeResult("joined", [.. joined]), ResultJson.Readable.OutcomeResult, parse.GetValue(json), done => $"Joined through {string.Join(", ", done.Subjects)}.");
            return last is null ? ExitCode.Success : ExitCode.Failed;
        });
    }
}
