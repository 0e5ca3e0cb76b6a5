using System.Text.Json.Nodes;

using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>A map with keys of the user's choice.</summary>
/// <typeparam name="T">Type of the values.</typeparam>
/// <typeparam name="TMap">The collection the options hold.</typeparam>
/// <param name="item">What a value looks like.</param>
/// <param name="build">Makes the collection.</param>
internal sealed class MapShape<T, TMap>(Shape item, Func<IEnumerable<KeyValuePair<string, T>>, TMap> build) : Shape, IContainerShape
    where TMap : IReadOnlyDictionary<string, T>
{
    public override string TypeName => "map of " + item.TypeName.Plural();

    public Shape Item => item;

    public string PathSuffix => ".NAME";

    public override bool TryBind(YamlNode node, string path, BindingContext context, out object? value)
    {
        var items = new Dictionary<string, T>();
        if (node is YamlNode.Mapping mapping)
        {
            foreach (var entry in mapping.Entries)
            {
                var itemPath = $"{path}.{entry.Key}";
                context.Note(itemPath, entry.Value.Mark);
                if (items.ContainsKey(entry.Key)) context.Refuse(entry.KeyMark, itemPath, "is there twice", "each key once");
                else if (item.TryBind(entry.Value, itemPath, context, out var bound)) items.Add(entry.Key, (T)bound!);
            }
        }
        else if (!node.IsEmpty)
        {
            return Refuse(node, path, context, "map", $"a {TypeName}: each 'key: value' on a line of its own", out value);
        }

        value = build(items);
        return true;
    }

    public override JsonNode? ToJson(object? value, SecretRendering secrets)
    {
        if (value is not TMap items) return null;
        var map = new JsonObject();
        foreach (var (key, entry) in items.OrderBy(pair => pair.Key, StringComparer.Ordinal)) map.Add(key, item.ToJson(entry, secrets));
        return map;
    }
}
