using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry kv delete KEY</c></summary>
internal static class KvDeleteCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var key = KvCommand.Key();
        var group = KvCommand.Group();
        var recurse = new Option<bool>("--recurse", "--prefix", "-r") { Description = "All keys that begin with KEY." };
        var cas = new Option<ulong?>("--cas") { Description = "Delete only if the key was written last at this index.", HelpName = "INDEX" };
        var command = new Command("delete", "Delete a key; that there is none is no failure.") { key, recurse, cas, group, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(recurse) && result.GetValue(cas) is not null) result.AddError("--recurse and --cas exclude each other.");
        });
        return command.AskingAgent(terminal, async (parse, agent, cancellation) =>
        {
            var name = parse.GetValue(key)!;
            string[] parameters = parse.GetValue(recurse) ? ["recurse"] : parse.GetValue(cas) is { } index ? [$"cas={index}"] : [];
            if (!await new KvClient(agent, parse.GetValue(group)).DeleteAsync(name, parameters, cancellation))
                throw new CommandFailedException(ExitCode.Failed, $"'{name}' was not written last at {parse.GetValue(cas)}. See its modify index with: skerry kv get --detailed {name}");
            terminal.Write(
                new OutcomeResult("deleted", [name]), ResultJson.Readable.OutcomeResult, parse.GetValue(json),
                done => parse.GetValue(recurse) ? $"Deleted what began with {done.Subjects[0]}." : $"Deleted {done.Subjects[0]}.");
            return ExitCode.Success;
        });
    }
}
