using System.CommandLine;
using System.Globalization;
using System.Text.Json;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry pipeline apply|delete|diff|rollback</c></summary>
internal static class PipelineChanges
{
    private const string Objects = "v1/skerry/gateway/objects";

    public static Command Apply(Terminal terminal)
    {
        var (json, dryRun, match, prune, file) = (Verb.Json(), DryRun(), IfMatch(), Prune(), FileOption(isRequired: true));
        return new Command("apply", "Put the objects of a file in place, all or none.") { file, dryRun, prune, match, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var (source, text) = await ReadAsync(parse.GetValue(file)!, cancellation);
            var path = Objects + Query(parse.GetValue(dryRun), parse.GetValue(prune), parse.GetValue(match) ?? [], out var all);
            var outcome = await ChangeAsync(client, HttpMethod.Put, path, source, text, all, cancellation);
            return Tell(terminal, outcome, parse.GetValue(dryRun), parse.GetValue(json));
        });
    }

    public static Command Delete(Terminal terminal)
    {
        var (json, dryRun, match, name) = (Verb.Json(), DryRun(), Revision(), PipelineCommand.Object());
        return new Command("delete", "Delete an object.") { name, dryRun, match, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var path = GatewayObjectName.Parse(parse.GetValue(name)!).Path + Query(parse.GetValue(dryRun), isPruning: false, [], out _);
            var outcome = await ChangeAsync(client, HttpMethod.Delete, path, "", null, Text(parse.GetValue(match)), cancellation);
            return Tell(terminal, outcome, parse.GetValue(dryRun), parse.GetValue(json));
        });
    }

    public static Command Rollback(Terminal terminal)
    {
        var (json, dryRun, match, name) = (Verb.Json(), DryRun(), Revision(), PipelineCommand.Object());
        var revision = new Argument<long?>("REVISION") { Description = "One of its history. Absent: the state before the present one.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("rollback", "Make an object again what it was.") { name, revision, dryRun, match, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var named = GatewayObjectName.Parse(parse.GetValue(name)!);
            var to = parse.GetValue(revision) ?? await BeforeAsync(client, named, cancellation);
            var path = $"{named.Path}/rollback?revision={to}" + Query(parse.GetValue(dryRun), isPruning: false, [], out _).Replace('?', '&');
            var outcome = await ChangeAsync(client, HttpMethod.Put, path, "", null, Text(parse.GetValue(match)), cancellation);
            return Tell(terminal, outcome, parse.GetValue(dryRun), parse.GetValue(json));
        });
    }

    public static Command Diff(Terminal terminal)
    {
        var (prune, file) = (Prune(), FileOption(isRequired: false));
        var name = new Argument<string?>("OBJECT") { Description = GatewayObjectName.Description, Arity = ArgumentArity.ZeroOrOne };
        var from = new Option<long?>("--revision") { Description = "The revision of the OBJECT to start from. Absent: the one before --to.", HelpName = "REVISION" };
        var to = new Option<long?>("--to") { Description = "The revision of the OBJECT to end at. Absent: the present one.", HelpName = "REVISION" };
        var command = new Command("diff", "What a file would change, or what has changed in an object.") { name, file, prune, from, to };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is null == result.GetValue(file) is null) result.AddError("Either an OBJECT or a file with -f is needed.");
        });
        return command.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            if (parse.GetValue(name) is { } named)
            {
                await terminal.Output.WriteAsync(await BetweenAsync(client, GatewayObjectName.Parse(named), parse.GetValue(from), parse.GetValue(to), cancellation));
                return ExitCode.Success;
            }

            var (source, text) = await ReadAsync(parse.GetValue(file)!, cancellation);
            var outcome = await ChangeAsync(client, HttpMethod.Put, Objects + Query(isDryRun: true, parse.GetValue(prune), [], out _), source, text, null, cancellation);
            await terminal.Output.WriteAsync(DiffOf(outcome));
            return ExitCode.Success;
        });
    }

    private static Option<bool> DryRun() => new("--dry-run") { Description = "Check it whole and print what would change; write nothing." };

    private static Option<bool> Prune() => new("--prune") { Description = "Delete the objects that the file does not have." };

    private static Option<string?> FileOption(bool isRequired) => new("--file", "-f")
    {
        Description = "Listeners, plugins and pipelines as under `gateway` in a configuration, or a whole configuration; - reads the standard input.",
        HelpName = "FILE",
        Required = isRequired,
    };

    private static Option<long?> Revision() => new("--if-match") { Description = "Only if the object is at this revision.", HelpName = "REVISION" };

    private static Option<string[]> IfMatch()
    {
        var option = new Option<string[]>("--if-match")
        {
            Description = "Only if the objects are at this revision, or one of them is; 0: not there. Can be repeated.",
            HelpName = "[KIND/NAME=]REVISION",
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !long.TryParse(token.Value.Split('=')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                result.AddError($"'{token.Value}' names no revision; allowed: REVISION or KIND/NAME=REVISION");
        });
        return option;
    }

    private static string Query(bool isDryRun, bool isPruning, string[] matches, out string? all)
    {
        all = matches.LastOrDefault(match => !match.Contains('=', StringComparison.Ordinal));
        IEnumerable<string> parts =
        [
            .. isDryRun ? ["dry-run"] : Array.Empty<string>(),
            .. isPruning ? ["prune"] : Array.Empty<string>(),
            .. matches.Where(match => match.Contains('=', StringComparison.Ordinal)).Select(match => "if-match=" + Uri.EscapeDataString(Full(match))),
        ];
        return string.Join('&', parts) is { Length: > 0 } query ? "?" + query : "";
    }

    /// <summary>A pipeline may be named without its kind.</summary>
    private static string Full(string match) => match.Split('=') is [var name, var revision] ? $"{GatewayObjectName.Parse(name)}={revision}" : match;

    private static string? Text(long? revision) => revision?.ToString(CultureInfo.InvariantCulture);

    private static async Task<(string Source, string Text)> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return file == "-" ? ("standard input", await Console.In.ReadToEndAsync(cancellation)) : (file, await File.ReadAllTextAsync(file, cancellation));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationRefusedException([new ConfigurationError(new Mark(file, 0, 0), "", "cannot be read: " + refused.Message)]);
        }
    }

    private static async Task<GatewayOutcomeResult> ChangeAsync(
        AgentClient client, HttpMethod method, string path, string source, string? text, string? ifMatch, CancellationToken cancellation)
    {
        try
        {
            return await client.ChangeAsync(method, path, text, ifMatch, ResultJson.Readable.GatewayOutcomeResult, cancellation);
        }
        catch (InvalidDocumentException invalid)
        {
            var errors = JsonSerializer.Deserialize(invalid.Message, ResultJson.Readable.GatewayErrorsDocument)?.Errors ?? [];
            throw new ConfigurationRefusedException(
                [.. errors.Select(error => new ConfigurationError(new Mark(error.Source.Length > 0 ? error.Source : source, error.Line, error.Column), error.Key, error.Message, error.Allowed))]);
        }
    }

    private static async Task<long> BeforeAsync(AgentClient client, GatewayObjectName name, CancellationToken cancellation) =>
        await PipelineCommand.HistoryAsync(client, name, cancellation) is [_, var before, ..] ? before.Revision
            : throw new CommandFailedException(ExitCode.NotFound, $"Only one state of {name} is kept: there is none to go back to.");

    private static async Task<string> BetweenAsync(AgentClient client, GatewayObjectName name, long? from, long? to, CancellationToken cancellation)
    {
        var history = await PipelineCommand.HistoryAsync(client, name, cancellation);
        var last = to is { } wanted ? Array.FindIndex(history, state => state.Revision == wanted) : 0;
        var first = from is { } begun ? Array.FindIndex(history, state => state.Revision == begun) : last + 1;
        if (last < 0 || first < 0 || (from is not null && first >= history.Length))
            throw new CommandFailedException(ExitCode.NotFound, $"That revision of {name} is not kept; those that are: {string.Join(", ", history.Select(state => state.Revision))}.");
        var before = first < history.Length ? history[first] : null;
        return TextDiff.Of((Title(name, before?.Revision ?? 0), before?.Document ?? ""), (Title(name, history[last].Revision), history[last].Document ?? ""));
    }

    private static string Title(GatewayObjectName name, long revision) => revision == 0 ? "/dev/null" : $"{name} at revision {revision}";

    private static int Tell(Terminal terminal, GatewayOutcomeResult outcome, bool isDryRun, bool asJson)
    {
        terminal.Write(outcome, ResultJson.Readable.GatewayOutcomeResult, asJson, done =>
        {
            var lines = done.Changes.Select(change => $"{change.Kind}/{change.Name} {change.Action}\n");
            var end = isDryRun ? "Nothing was written: a dry run." : done.Written ? $"Revision {done.Revision}." : "Nothing was written: there is nothing to change.";
            return (isDryRun ? DiffOf(done) : "") + string.Concat(lines) + end;
        });
        return ExitCode.Success;
    }

    private static string DiffOf(GatewayOutcomeResult outcome) => string.Concat(outcome.Changes.Select(change =>
    {
        var name = new GatewayObjectName(change.Kind, change.Name);
        return TextDiff.Of((Title(name, change.Revision), change.Before ?? ""), (change.After is null ? "/dev/null" : name.ToString(), change.After ?? ""));
    }));
}
