using System.CommandLine;
using System.Text.Json;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry kv watch KEY</c></summary>
internal static class KvWatchCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Verb.Json();
        var key = KvCommand.Key();
        var group = KvCommand.Group();
        var stale = KvCommand.Stale();
        var recurse = new Option<bool>("--recurse", "--prefix", "-r") { Description = "All keys that begin with KEY." };
        var command = new Command("watch", "Print a key, then each of its changes, until Ctrl+C. Of changes that follow each other quickly the last is printed.") { key, recurse, stale, group, json };
        return command.AskingAgent(terminal, (parse, agent, cancellation) =>
        {
            var parameters = KvCommand.Parameters(parse.GetValue(stale), parse.GetValue(recurse));
            return WatchAsync(terminal, new KvClient(agent, parse.GetValue(group)), parse.GetValue(key)!, parameters, parse.GetValue(json), cancellation);
        });
    }

    private static async Task<int> WatchAsync(Terminal terminal, KvClient client, string key, List<string> parameters, bool asJson, CancellationToken cancellation)
    {
        var known = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long index = 0;
        while (true)
        {
            var (keys, seen) = await client.ReadAsync(key, index > 0 ? [.. parameters, $"index={index}", KvClient.Wait] : parameters, cancellation);
            foreach (var change in Changes(known, keys, seen)) await terminal.Output.WriteLineAsync(asJson ? JsonSerializer.Serialize(change, ResultJson.Lines.EntryChangeResult) : Line(change));
            await terminal.Output.FlushAsync(cancellation);
            // An index that went back is another store's: from the beginning.
            index = seen < index ? 0 : seen;
        }
    }

    private static IEnumerable<EntryChangeResult> Changes(SortedDictionary<string, long> known, ApiKeyDocument[] keys, long index)
    {
        var names = keys.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in known.Keys.Where(name => !names.Contains(name)).ToArray())
        {
            known.Remove(gone);
            yield return new EntryChangeResult("delete", index, gone, null);
        }

        foreach (var entry in keys.OrderBy(entry => entry.ModifyIndex))
        {
            if (known.GetValueOrDefault(entry.Key) == entry.ModifyIndex) continue;
            known[entry.Key] = entry.ModifyIndex;
            yield return new EntryChangeResult("put", entry.ModifyIndex, entry.Key, EntryResult.Of(entry));
        }
    }

    private static string Line(EntryChangeResult change) => $"{change.Index}  {change.Change,-6}  {change.Key}{(change.Entry is { } entry ? "  " + entry.Shown : "")}";
}
