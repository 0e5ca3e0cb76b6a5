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
        Section(page, "Top level", top, "", [.. top.Keys.Where(key => GroupsOf(key.Shape).Count == 0)]);
        foreach (var key in top.Keys)
        {
            foreach (var group in GroupsOf(key.Shape)) Groups(page, key.Name + group.Suffix, group.Shape, key);
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Groups(StringBuilder page, string path, RecordShape shape, SchemaKey holder)
    {
        Section(page, $"`{path}`", shape, path, shape.Keys, holder);
        foreach (var key in shape.Keys)
        {
            foreach (var group in GroupsOf(key.Shape)) Groups(page, $"{path}.{key.Name}{group.Suffix}", group.Shape, key with { IsReloadable = key.IsReloadable || holder.IsReloadable });
        }
    }

    private static void Section(StringBuilder page, string title, RecordShape shape, string path, IReadOnlyList<SchemaKey> keys, SchemaKey? holder = null)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
        if (holder is not null && holder.Description.Length > 0) page.Append(holder.Description).Append("\n\n");
        if (keys.Count == 0)
        {
            page.Append("No keys.\n");
            return;
        }

        page.Append("| key | type | default | range | reloadable | meaning |\n|---|---|---|---|---|---|\n");
        var defaults = shape.CreateDefault();
        foreach (var key in keys)
        {
            var reloadable = key.IsReloadable || (holder?.IsReloadable ?? false);
            page.Append(CultureInfo.InvariantCulture,
                $"| `{RecordShape.Join(path, key.Name)}` | {key.Shape.TypeName} | {Default(key, defaults)} | {Range(key)} | {(reloadable ? "yes" : "")} | {key.Description.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
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

    /// <summary>The groups of keys that a value of this shape holds, with what their path adds to the key's.</summary>
    private static List<(string Suffix, RecordShape Shape)> GroupsOf(Shape shape) => shape switch
    {
        RecordShape record => [("", record)],
        PluginShape plugins => [.. plugins.Kinds.Select(kind => ("." + kind.Key, kind.Value))],
        IContainerShape container => [.. GroupsOf(container.Item).Select(group => (container.PathSuffix + group.Suffix, group.Shape))],
        _ => [],
    };
}
