using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry kv get KEY</c></summary>
internal static class KvGetCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var key = KvCommand.Key();
        var group = KvCommand.Group();
        var stale = KvCommand.Stale();
        var recurse = new Option<bool>("--recurse", "--prefix", "-r") { Description = "All keys that begin with KEY, with their values." };
        var detailed = new Option<bool>("--detailed") { Description = "What there is beside the value, too." };
        var base64 = new Option<bool>("--base64") { Description = "The value in base64." };
        var command = new Command("get", "Print the value of a key.") { key, recurse, detailed, base64, stale, group, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(recurse) && result.GetValue(base64)) result.AddError("--recurse and --base64 exclude each other; --json has values that are no text in base64.");
        });
        return command.AskingAgent(terminal, async (parse, agent, cancellation) =>
        {
            var name = parse.GetValue(key)!;
            var isTree = parse.GetValue(recurse);
            var (keys, _) = await new KvClient(agent, parse.GetValue(group)).ReadAsync(name, KvCommand.Parameters(parse.GetValue(stale), isTree), cancellation);
            if (keys.Length == 0) throw new CommandFailedException(ExitCode.NotFound, isTree ? $"No key begins with '{name}'." : $"There is no key '{name}'. See those there are with: skerry kv list");
            EntryResult[] entries = [.. keys.Select(EntryResult.Of)];
            if (isTree) terminal.Write(entries, ResultJson.Readable.EntryResultArray, parse.GetValue(json), found => parse.GetValue(detailed) ? KvListCommand.Tabulate(found) : Pairs(found));
            else if (parse.GetValue(json)) terminal.Write(entries[0], ResultJson.Readable.EntryResult, asJson: true, _ => "");
            else if (parse.GetValue(detailed)) Details(entries[0]).Write(terminal);
            else await terminal.Output.WriteLineAsync(parse.GetValue(base64) ? Convert.ToBase64String(keys[0].Value ?? []) : Text(entries[0]));
            return ExitCode.Success;
        });
    }

    private static string Text(EntryResult entry) =>
        entry.Value ?? throw new CommandFailedException(ExitCode.Failed, $"The value of '{entry.Key}' is no text. Print it with --base64 or --json.");

    private static Table Pairs(EntryResult[] entries) => new(["KEY", "VALUE"], [.. entries.Select(entry => new[] { entry.Key, entry.Shown })]);

    private static Table Details(EntryResult entry) => new(
        ["FIELD", "VALUE"],
        [
            ["key", entry.Key],
            ["value", entry.Shown],
            ["flags", $"{entry.Flags}"],
            ["create index", $"{entry.CreateIndex}"],
            ["modify index", $"{entry.ModifyIndex}"],
            ["lock index", $"{entry.LockIndex}"],
            ["session", entry.Session ?? "-"],
        ]);
}
