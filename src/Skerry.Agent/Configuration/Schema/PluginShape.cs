using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>One of several records, named by the single key of a map: <c>- rateLimit: { rate: 10 }</c>.</summary>
/// <param name="kinds">What each name stands for, in ordinal order.</param>
internal sealed class PluginShape(Func<ImmutableSortedDictionary<string, RecordShape>> kinds) : Shape
{
    // Read when a pipeline is: most configurations have none.
    private readonly Lazy<ImmutableSortedDictionary<string, RecordShape>> _kinds = new(kinds);

    public override string TypeName => "plugin";

    public ImmutableSortedDictionary<string, RecordShape> Kinds => _kinds.Value;

    public override bool TryBind(YamlNode node, string path, BindingContext context, out object? value)
    {
        value = null;
        var names = string.Join(", ", Kinds.Keys);
        if (node is not YamlNode.Mapping { Entries: [var entry] })
        {
            var what = node is YamlNode.Mapping mapping ? $"a map with {mapping.Entries.Length} keys" : node.Kind;
            context.Refuse(node.Mark, path, $"{what} is not a plugin", $"a map with one key, the plugin's name, out of {names}");
            return false;
        }

        var kindPath = RecordShape.Join(path, entry.Key);
        if (!Kinds.TryGetValue(entry.Key, out var kind))
        {
            context.Refuse(entry.KeyMark, kindPath, $"unknown plugin{Spelling.DidYouMean(entry.Key, Kinds.Keys)}", names);
            return false;
        }

        context.Note(kindPath, entry.Value.Mark);
        return kind.TryBind(entry.Value, kindPath, context, out value);
    }

    public override JsonNode? ToJson(object? value, SecretRendering secrets)
    {
        if (value is null) return null;
        var (name, kind) = Kinds.First(pair => pair.Value.Type == value.GetType());
        return new JsonObject { [name] = kind.ToJson(value, secrets) };
    }
}
