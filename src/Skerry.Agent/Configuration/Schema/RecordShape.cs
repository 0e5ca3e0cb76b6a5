using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>A group of keys: an options record.</summary>
/// <param name="type">The record; it needs a constructor without parameters.</param>
internal sealed class RecordShape(Type type) : Shape
{
    public override string TypeName => "group";

    public Type Type => type;

    /// <summary>Its keys in the order of declaration; filled by the reader, so that records may contain themselves.</summary>
    public ImmutableArray<SchemaKey> Keys { get; internal set; } = [];

    /// <summary>An instance with every default.</summary>
    public object CreateDefault() => Activator.CreateInstance(type)!;

    public override bool TryBind(YamlNode node, string path, BindingContext context, out object? value)
    {
        value = CreateDefault();
        var seen = new HashSet<string>();
        if (node is YamlNode.Mapping mapping)
        {
            foreach (var entry in mapping.Entries) BindEntry(value, entry, path, seen, context);
        }
        else if (!node.IsEmpty)
        {
            return Refuse(node, path, context, "map", $"the keys {string.Join(", ", Keys.Select(key => key.Name))}", out value);
        }

        foreach (var key in Keys.Where(key => key.IsRequired && !seen.Contains(key.Name)))
            context.Refuse(node.Mark, Join(path, key.Name), "is missing; it has no default", key.Shape.TypeName.WithArticle());
        return true;
    }

    public override JsonNode? ToJson(object? value, SecretRendering secrets)
    {
        if (value is null) return null;
        var map = new JsonObject();
        foreach (var key in Keys)
        {
            var held = key.Property.GetValue(value);
            map.Add(key.Name, key.IsSecret && secrets == SecretRendering.Hidden && IsSet(held) ? "(hidden)" : key.Shape.ToJson(held, secrets));
        }

        return map;
    }

    internal static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static bool IsSet(object? held) => held is not null and not ImmutableArray<string> { IsDefaultOrEmpty: true };

    private void BindEntry(object target, YamlNode.Entry entry, string path, HashSet<string> seen, BindingContext context)
    {
        var keyPath = Join(path, entry.Key);
        var key = Keys.FirstOrDefault(key => key.Name == entry.Key);
        if (key is null)
        {
            context.Refuse(entry.KeyMark, keyPath, $"unknown key{UnknownKey.Suggest(this, path, entry.Key)}", string.Join(", ", Keys.Select(known => known.Name)));
            return;
        }

        if (!seen.Add(entry.Key))
        {
            context.Refuse(entry.KeyMark, keyPath, "is there twice", "each key once");
            return;
        }

        context.Note(keyPath, entry.Value.Mark);
        var written = key.IsSecret && entry.Value is YamlNode.Scalar scalar ? scalar with { IsSecret = true } : entry.Value;
        if (!key.Shape.TryBind(written, keyPath, context, out var bound)) return;
        foreach (var rule in key.Rules.Where(rule => !rule.IsValid(bound)))
            context.Refuse(entry.Value.Mark, keyPath, rule is RangeAttribute ? $"{written.Kind} is out of range" : $"{written.Kind} is not allowed", key.Range);
        key.Property.SetValue(target, bound);
    }
}
