using System.CommandLine;
using System.Globalization;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration.Objects;
using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry pipeline list|show|history|stats</c>, and with <see cref="PipelineChanges"/> <c>apply|delete|diff|rollback</c></summary>
internal static class PipelineCommand
{
    private const string Objects = "v1/skerry/gateway/objects";

    public static Command Create(Terminal terminal) => new("pipeline", "The gateway's listeners, plugins and pipelines, as the group has agreed on them.")
    {
        List(terminal),
        Show(terminal),
        PipelineChanges.Apply(terminal),
        PipelineChanges.Delete(terminal),
        PipelineChanges.Diff(terminal),
        History(terminal),
        PipelineChanges.Rollback(terminal),
        Stats(terminal),
    };

    public static Argument<string> Object() => new("OBJECT") { Description = GatewayObjectName.Description };

    /// <summary>The states of an object that are kept, the newest first.</summary>
    public static Task<GatewayRevisionResult[]> HistoryAsync(AgentClient client, GatewayObjectName name, CancellationToken cancellation) =>
        client.GetAsync(name.Path + "/history", ResultJson.Readable.GatewayRevisionResultArray, cancellation);

    private static Option<bool> Stale() => new("--stale") { Description = "What the asked node has will do, also while the group has no leader." };

    private static string Query(bool isStale) => Objects + (isStale ? "?stale" : "");

    private static Command List(Terminal terminal)
    {
        var (json, stale) = (Verb.Json(), Stale());
        return new Command("list", "All objects with their revisions, and how the nodes follow.") { stale, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var (list, asJson) = (await client.GetAsync(Query(parse.GetValue(stale)), ResultJson.Readable.GatewayListResult, cancellation), parse.GetValue(json));
            terminal.Write(list, ResultJson.Readable.GatewayListResult, asJson, Tabulate);
            if (asJson) return ExitCode.Success;
            await terminal.Output.WriteLineAsync();
            Nodes(list).Write(terminal);
            return ExitCode.Success;
        });
    }

    private static Command Show(Terminal terminal)
    {
        var (json, stale) = (Verb.Json(), Stale());
        var names = new Argument<string[]>("OBJECT") { Description = GatewayObjectName.Description + " Absent: all.", Arity = ArgumentArity.ZeroOrMore };
        return new Command("show", "Objects as a file that `apply` takes, with their revisions.") { names, stale, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var list = await client.GetAsync(Query(parse.GetValue(stale)), ResultJson.Readable.GatewayListResult, cancellation);
            var wanted = parse.GetValue(names)!.Select(GatewayObjectName.Parse).ToArray();
            foreach (var name in wanted.Where(name => !list.Objects.Any(found => Is(found, name))))
                throw new CommandFailedException(ExitCode.NotFound, $"There is no {name.Kind} '{name.Name}'. See those there are with: skerry pipeline list");
            var shown = wanted.Length == 0 ? list.Objects : [.. wanted.Select(name => list.Objects.First(found => Is(found, name)))];
            var text = FileOf(shown) + string.Concat(list.Nodes.Where(node => node.Faults.Length > 0).SelectMany(node => node.Faults.Select(fault => $"# on {node.Name}: {fault}\n")));
            terminal.Write(shown, ResultJson.Readable.GatewayObjectResultArray, parse.GetValue(json), _ => text.TrimEnd('\n'));
            return ExitCode.Success;
        });
    }

    private static Command History(Terminal terminal)
    {
        var (json, name) = (Verb.Json(), Object());
        return new Command("history", "The last states of an object, the newest first.") { name, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var history = await HistoryAsync(client, GatewayObjectName.Parse(parse.GetValue(name)!), cancellation);
            terminal.Write(history, ResultJson.Readable.GatewayRevisionResultArray, parse.GetValue(json), states => new Table(
                ["REVISION", "TIME", "NODE", "CHANGE", "STATE"],
                [
                    .. states.Select(state => new[]
                    {
                        $"{state.Revision}", state.Time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), state.Node, state.Cause, state.Deleted ? "deleted" : "there",
                    }),
                ]));
            return ExitCode.Success;
        });
    }

    private static Command Stats(Terminal terminal)
    {
        var json = Verb.Json();
        var name = new Argument<string?>("NAME") { Description = "A pipeline. Absent: all.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("stats", "What the pipelines and their plugins have done on the asked node.") { name, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var state = await client.GetAsync("v1/skerry/gateway", ResultJson.Readable.GatewayStateResult, cancellation);
            if (parse.GetValue(name) is { } only) state = state with { Pipelines = [.. state.Pipelines.Where(pipeline => pipeline.Name == only)] };
            if (parse.GetValue(name) is { } missing && state.Pipelines.Length == 0) throw new CommandFailedException(ExitCode.NotFound, $"This node runs no pipeline '{missing}'.");
            terminal.Write(state, ResultJson.Readable.GatewayStateResult, parse.GetValue(json), Tabulate);
            return ExitCode.Success;
        });
    }

    private static bool Is(GatewayObjectResult found, GatewayObjectName name) => found.Kind == name.Kind && found.Name == name.Name;

    /// <summary>The objects as lists, each with its revision above it.</summary>
    private static string FileOf(IEnumerable<GatewayObjectResult> objects)
    {
        var mark = new Mark("", 0, 0);
        var lists =
            from kind in GatewayKind.All
            let items = objects.Where(item => item.Kind == kind.Name).Select(item => YamlReader.Read(item.Name, item.Document)).OfType<YamlNode>().ToArray()
            where items.Length > 0
            select new YamlNode.Entry(kind.List, mark, new YamlNode.Sequence(mark, [.. items]));
        var revisions = string.Concat(objects.Select(item => $"# {item.Kind}/{item.Name}: revision {item.Revision}\n"));
        return revisions + (revisions.Length == 0 ? "" : YamlText.Write(new YamlNode.Mapping(mark, [.. lists])));
    }

    private static Table Tabulate(GatewayListResult list) =>
        new(["OBJECT", "REVISION"], [.. list.Objects.Select(item => new[] { $"{item.Kind}/{item.Name}", $"{item.Revision}" })]);

    private static Table Nodes(GatewayListResult list) => new(
        ["NODE", "REVISION", "STATE"],
        [
            .. list.Nodes.SelectMany(node => (node.Faults.Length > 0 ? node.Faults : [StateOf(node)]).Select((state, i) => new[] { i == 0 ? node.Name : "", i == 0 ? $"{node.Revision}" : "", state })),
        ]);

    private static string StateOf(GatewayListResult.Node node) =>
        !node.Alive ? "failed" : node.Revision == 0 ? "has said nothing yet" : node.Current ? "current" : "behind";

    private static Table Tabulate(GatewayStateResult state) => new(
        ["PIPELINE", "PLUGIN", "REQUESTS", "IN FLIGHT", "ERRORS", "CLIENT ERRORS", "MEAN", "P50", "P99"],
        [
            .. state.Pipelines.SelectMany(pipeline => pipeline.Plugins
                .Select(plugin => Row(pipeline.Name, plugin.Name, plugin))
                .Prepend(Row(pipeline.Name, "", new("", pipeline.Requests, pipeline.InFlight, pipeline.Errors, pipeline.ClientErrors, pipeline.Seconds, pipeline.P50, pipeline.P99)))),
        ]);

    private static string[] Row(string pipeline, string plugin, GatewayStateResult.Plugin counts) =>
    [
        pipeline, plugin, $"{counts.Requests}", $"{counts.InFlight}", $"{counts.Errors}", $"{counts.ClientErrors}",
        Milliseconds(counts.Requests == 0 ? null : counts.Seconds / counts.Requests), Milliseconds(counts.P50), Milliseconds(counts.P99),
    ];

    private static string Milliseconds(double? seconds) => seconds is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some * 1000:0.###} ms") : "";
}
