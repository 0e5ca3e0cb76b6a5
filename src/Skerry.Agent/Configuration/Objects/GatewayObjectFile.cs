using System.Collections.Immutable;
using System.Globalization;

using Skerry.Agent.Configuration.Schema;
using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Objects;

/// <summary>
/// Reads gateway objects out of a text, YAML or JSON: the lists <c>listeners</c>, <c>plugins</c> and <c>pipelines</c>, alone or under <c>gateway</c> in a whole configuration,
/// whose other keys say nothing about them; or one object by itself.
/// </summary>
internal static class GatewayObjectFile
{
    private const string Section = "gateway";

    /// <summary>Reads lists of objects.</summary>
    /// <param name="source">The file's name, for messages.</param>
    /// <param name="text">What it says.</param>
    /// <exception cref="ConfigurationRefusedException">With every error that keeps objects from being told apart; what they say is not looked at yet.</exception>
    public static ImmutableArray<GatewayObject> Read(string source, string text)
    {
        var context = new BindingContext(new Mark(source, 1, 1));
        var objects = ImmutableArray.CreateBuilder<GatewayObject>();
        if (Parse(source, text) is { } root)
        {
            if (root is not YamlNode.Mapping map) context.Refuse(root.Mark, "", $"{root.Kind} is not a map", Lists(""));
            else if (map.Entries.FirstOrDefault(entry => entry.Key == Section) is { } section) ReadLists(section.Value, Section, objects, context);
            else ReadLists(map, "", objects, context);
        }

        return context.Errors.IsEmpty ? objects.DrainToImmutable() : throw new ConfigurationRefusedException(context.Errors);
    }

    /// <summary>What a configuration file says of the gateway; empty when it says nothing.</summary>
    /// <exception cref="ConfigurationRefusedException">It cannot be read.</exception>
    public static ImmutableArray<GatewayObject> ReadSection(string source, string text) =>
        Parse(source, text) is YamlNode.Mapping map && map.Entries.Any(entry => entry.Key == Section) ? Read(source, text) : [];

    /// <summary>Reads one object, which is the whole text.</summary>
    /// <exception cref="ConfigurationRefusedException">It has no name, or another one.</exception>
    public static GatewayObject ReadOne(string source, string text, GatewayKind kind, string name)
    {
        var node = Parse(source, text) ?? new YamlNode.Mapping(new Mark(source, 1, 1), []);
        var context = new BindingContext(node.Mark);
        var found = ReadObject(kind, node, $"{kind.Name}/{name}", context);
        if (found is not null && found.Name != name) context.Refuse(NameOf(node)!.Mark, $"{found.Path}.name", $"'{found.Name}' is not the name it is sent under", name);
        return found is not null && context.Errors.IsEmpty ? found : throw new ConfigurationRefusedException(context.Errors);
    }

    private static YamlNode? Parse(string source, string text)
    {
        try
        {
            return YamlReader.Read(source, text);
        }
        catch (YamlRefusedException refused)
        {
            throw new ConfigurationRefusedException([new ConfigurationError(refused.Mark, "", refused.Message)]);
        }
    }

    private static void ReadLists(YamlNode node, string path, ImmutableArray<GatewayObject>.Builder objects, BindingContext context)
    {
        if (node.IsEmpty) return;
        if (node is not YamlNode.Mapping map)
        {
            context.Refuse(node.Mark, path, $"{node.Kind} is not a map", Lists(path));
            return;
        }

        var seen = new HashSet<string>();
        foreach (var entry in map.Entries)
        {
            var keyPath = RecordShape.Join(path, entry.Key);
            if (GatewayKind.All.FirstOrDefault(kind => kind.List == entry.Key) is not { } kind)
                context.Refuse(entry.KeyMark, keyPath, $"unknown key{Spelling.DidYouMean(entry.Key, GatewayKind.All.Select(known => known.List))}", Lists(path));
            else if (!seen.Add(entry.Key)) context.Refuse(entry.KeyMark, keyPath, "is there twice", "each key once");
            else if (entry.Value is YamlNode.Sequence sequence) ReadList(kind, sequence, keyPath, objects, context);
            else if (!entry.Value.IsEmpty) context.Refuse(entry.Value.Mark, keyPath, $"{entry.Value.Kind} is not a list", $"a list of {entry.Key}");
        }
    }

    private static void ReadList(GatewayKind kind, YamlNode.Sequence sequence, string path, ImmutableArray<GatewayObject>.Builder objects, BindingContext context)
    {
        for (var i = 0; i < sequence.Items.Length; i++)
        {
            var itemPath = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (ReadObject(kind, sequence.Items[i], itemPath, context) is not { } found) continue;
            if (objects.Any(other => other.Id == found.Id)) context.Refuse(NameOf(found.Node)!.Mark, itemPath + ".name", $"'{found.Name}' is taken by another {kind.Name}");
            objects.Add(found);
        }
    }

    private static GatewayObject? ReadObject(GatewayKind kind, YamlNode node, string path, BindingContext context)
    {
        if (node is not YamlNode.Mapping) context.Refuse(node.Mark, path, $"{node.Kind} is not a map", $"the keys {string.Join(", ", kind.Shape.Keys.Select(key => key.Name))}");
        else if (NameOf(node) is { IsEmpty: false } name) return new GatewayObject(kind, name.Text, node, path);
        else context.Refuse(node.Mark, RecordShape.Join(path, "name"), "is missing; it has no default", "a string");
        return null;
    }

    private static YamlNode.Scalar? NameOf(YamlNode node) => (node as YamlNode.Mapping)?.Entries.FirstOrDefault(entry => entry.Key == "name")?.Value as YamlNode.Scalar;

    private static string Lists(string path) => string.Join(", ", GatewayKind.All.Select(kind => RecordShape.Join(path, kind.List)));
}
