using System.CommandLine;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry kv list [PREFIX]</c></summary>
internal static class KvListCommand
{
    private const int Longest = 60;

    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var prefix = new Argument<string?>("PREFIX") { Description = "What their names begin with. Absent: all.", Arity = ArgumentArity.ZeroOrOne };
        var group = KvCommand.Group();
        var stale = KvCommand.Stale();
        var keys = new Option<bool>("--keys") { Description = "Names alone, one a line." };
        var separator = new Option<string?>("--separator") { Description = "Names up to the first of these behind PREFIX, as a folder shows them; / for folders.", HelpName = "TEXT" };
        var command = new Command("list", "List keys.") { prefix, keys, separator, stale, group, json };
        return command.AskingAgent(terminal, async (parse, agent, cancellation) =>
        {
            var client = new KvClient(agent, parse.GetValue(group));
            var start = parse.GetValue(prefix) ?? "";
            var isTable = !parse.GetValue(keys) && parse.GetValue(separator) is null;
            var parameters = KvCommand.Parameters(parse.GetValue(stale), isTable);
            if (isTable)
            {
                var (found, _) = await client.ReadAsync(start, parameters, cancellation);
                terminal.Write([.. found.Select(EntryResult.Of)], ResultJson.Readable.EntryResultArray, parse.GetValue(json), Tabulate);
                return ExitCode.Success;
            }

            if (parse.GetValue(separator) is { } cut) parameters.Add("separator=" + Uri.EscapeDataString(cut));
            var names = await client.NamesAsync(start, parameters, cancellation);
            if (parse.GetValue(json)) terminal.Write(names, ResultJson.Readable.StringArray, asJson: true, _ => "");
            else foreach (var name in names) await terminal.Output.WriteLineAsync(name);
            return ExitCode.Success;
        });
    }

    public static Table Tabulate(EntryResult[] entries) => new(
        ["KEY", "VALUE", "FLAGS", "CREATED", "MODIFIED", "HELD BY"],
        [.. entries.Select(entry => new[] { entry.Key, Short(entry.Shown), $"{entry.Flags}", $"{entry.CreateIndex}", $"{entry.ModifyIndex}", entry.Session ?? "-" })]);

    private static string Short(string text)
    {
        var line = text.Split('\n')[0].TrimEnd();
        return line.Length <= Longest && line.Length == text.Length ? line : line[..Math.Min(line.Length, Longest - 3)] + "...";
    }
}
