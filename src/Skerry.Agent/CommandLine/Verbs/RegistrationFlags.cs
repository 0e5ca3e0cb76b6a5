using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary>The flags of <c>register</c>: one service with at most one check.</summary>
internal sealed class RegistrationFlags
{
    private readonly Option<string?> _id = new("--id") { Description = "Unique on the node. Default: the name." };
    private readonly Option<string?> _port = new("--port") { Description = "The instance's port." };
    private readonly Option<string?> _address = new("--service-address") { Description = "The instance's address. Default: the node's." };
    private readonly Option<string[]> _tags = new("--tag") { Description = "A label; may be given more than once." };
    private readonly Option<string[]> _meta = new("--meta") { Description = "A fact; may be given more than once.", HelpName = "KEY=VALUE" };
    private readonly Option<bool> _exported = new("--exported") { Description = "Let other groups see it." };
    private readonly Option<string?> _http = new("--check-http") { Description = "Check by requesting this URL." };
    private readonly Option<string?> _tcp = new("--check-tcp") { Description = "Check by connecting to HOST:PORT." };
    private readonly Option<string?> _grpc = new("--check-grpc") { Description = "Check by gRPC's health protocol at HOST:PORT[/SERVICE]." };
    private readonly Option<string?> _ttl = new("--check-ttl") { Description = "The service reports itself within this time." };
    private readonly Option<string?> _interval = new("--check-interval") { Description = "Time between checks. Default: 10s." };
    private readonly Option<string?> _timeout = new("--check-timeout") { Description = "A check is cut off after this. Default: 10s." };
    private readonly Option<string?> _after = new("--deregister-after") { Description = "Remove the instance when critical for this long." };

    public Option<string?> Name { get; } = new("--name") { Description = "The service's name." };

    public IEnumerable<Option> Options => [Name, _id, _port, _address, _tags, _meta, _exported, _http, _tcp, _grpc, _ttl, _interval, _timeout, _after];

    /// <summary>Names of the flags that were typed.</summary>
    public IReadOnlyList<string> Given(CommandResult result) =>
        [.. Options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];

    /// <summary>The service as a file would say it: JSON is YAML.</summary>
    public string ToYaml(ParseResult parse)
    {
        var service = new JsonObject { ["name"] = parse.GetValue(Name) };
        Add(service, "id", parse.GetValue(_id));
        Add(service, "port", parse.GetValue(_port));
        Add(service, "address", parse.GetValue(_address));
        if (parse.GetValue(_tags) is { Length: > 0 } tags) service["tags"] = new JsonArray([.. tags.Select(tag => JsonValue.Create(tag))]);
        if (parse.GetValue(_meta) is { Length: > 0 } meta) service["meta"] = ReadMeta(meta);
        if (parse.GetValue(_exported)) service["exported"] = true;

        var check = new JsonObject();
        Add(check, "http", parse.GetValue(_http));
        Add(check, "tcp", parse.GetValue(_tcp));
        Add(check, "grpc", parse.GetValue(_grpc));
        Add(check, "ttl", parse.GetValue(_ttl));
        Add(check, "interval", parse.GetValue(_interval));
        Add(check, "timeout", parse.GetValue(_timeout));
        Add(check, "deregisterCriticalServiceAfter", parse.GetValue(_after));
        if (check.Count > 0) service["checks"] = new JsonArray(check);
        return service.ToJsonString();
    }

    private static JsonObject ReadMeta(string[] pairs)
    {
        var meta = new JsonObject();
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new CommandFailedException(ExitCode.Usage, $"--meta '{pair}' is not KEY=VALUE.");
            meta[pair[..equals]] = pair[(equals + 1)..];
        }

        return meta;
    }

    private static void Add(JsonObject target, string key, string? text)
    {
        if (text is not null) target[key] = text;
    }
}
