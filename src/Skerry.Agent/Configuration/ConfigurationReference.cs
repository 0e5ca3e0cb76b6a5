using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

using Skerry.Agent.Configuration.Schema;

namespace Skerry.Agent.Configuration;

/// <summary>Writes docs/configuration.md from the options types.</summary>
internal static class ConfigurationReference
{
    private const string Introduction = """
        # Configuration

        One YAML file, `skerry agent --config FILE`. Every key has a default, so a file says only what differs; no file at all is a node on loopback. The file is
        checked whole before anything starts, and `skerry validate FILE` does the same without starting: each error names file, line, column, key, and what is allowed.

        The agent reads the file again when it changes, on `SIGHUP`, and on `PUT /v1/agent/reload`. A file with an error changes nothing. Otherwise the keys marked
        **reloadable** take effect together; a change of any other key is named in the log and waits for a restart.

        Durations are written `500ms`, `10s`, `1m30s`, `24h`; addresses `ADDRESS:PORT`, IPv6 in brackets; relative paths start at the directory the agent was started in.
        Anchors and aliases work; merge keys (`<<`) do not.

        This page is written by `skerry configuration-reference` from the code, and a test holds it to it.

        """;

    public static string Write()
    {
        var page = new StringBuilder(Introduction);
        var top = ConfigurationFile.Schema;
        var plain = top.Keys.Where(key => GroupsOf(key.Shape, key.Name, key.Description).Count == 0);
        Table(page, new Group("Top level", "", "", top), plain, isReloadable: false);
        foreach (var key in top.Keys) Sections(page, key, key.Name, isReloadable: false);
        return page.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>A section for each group of keys that a key holds, and for those that they hold.</summary>
    private static void Sections(StringBuilder page, SchemaKey key, string path, bool isReloadable)
    {
        isReloadable |= key.IsReloadable;
        foreach (var group in GroupsOf(key.Shape, path, key.Description))
        {
            Table(page, group, group.Shape.Keys, isReloadable);
            foreach (var inner in group.Shape.Keys) Sections(page, inner, RecordShape.Join(group.Path, inner.Name), isReloadable);
        }
    }

    private static void Table(StringBuilder page, Group group, IEnumerable<SchemaKey> keys, bool isReloadable)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {group.Title}\n\n");
        if (group.Description.Length > 0) page.Append(group.Description).Append("\n\n");
        page.Append("| key | type | default | range | reloadable | meaning |\n|---|---|---|---|---|---|\n");
        var defaults = group.Shape.CreateDefault();
        foreach (var key in keys)
        {
            var reloadable = isReloadable || key.IsReloadable ? "yes" : "";
            var meaning = key.Description.Replace("|", "\\|", StringComparison.Ordinal);
            page.Append(CultureInfo.InvariantCulture, $"| `{RecordShape.Join(group.Path, key.Name)}` | {key.Shape.TypeName} | {Default(key, defaults)} | {Range(key)} | {reloadable} | {meaning} |\n");
        }
    }

    private static string Default(SchemaKey key, object defaults)
    {
        if (key.IsRequired) return "required";
        if (key.Shape is RecordShape) return "";
        return key.Shape.ToJson(key.Property.GetValue(defaults), SecretRendering.Shown) switch
        {
            null or JsonArray { Count: 0 } or JsonObject { Count: 0 } => "",
            JsonValue value when value.ToString().Length == 0 => "",
            JsonValue value => $"`{value}`",
            var node => $"`{node.ToJsonString()}`",
        };
    }

    private static string Range(SchemaKey key)
    {
        var shape = key.Shape is IContainerShape container ? container.Item : key.Shape;
        var choices = shape is ScalarShape { TypeName: "choice" } choice ? choice.Allowed : "";
        return (choices.Length > 0 ? choices : key.Range).Replace("|", "\\|", StringComparison.Ordinal);
    }

    /// <summary>The groups of keys that a value of this shape holds. A plugin's path begins at its name: any pipeline may hold it anywhere.</summary>
    private static List<Group> GroupsOf(Shape shape, string path, string description) => shape switch
    {
        RecordShape record => [new Group($"`{path}`", path, description, record)],
        // Where a single one stands, it is any of those that the list of a pipeline may have.
        PluginShape plugins when path.EndsWith("[]", StringComparison.Ordinal) => [.. plugins.Kinds.Select(kind => new Group($"Plugin `{kind.Key}`", kind.Key, $"An entry of `{path[..^2]}`.", kind.Value))],
        IContainerShape container => GroupsOf(container.Item, path + container.PathSuffix, description),
        _ => [],
    };

    private sealed record Group(string Title, string Path, string Description, RecordShape Shape);
}
