using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>An ordered list.</summary>
/// <typeparam name="T">Type of the entries.</typeparam>
/// <param name="item">What an entry looks like.</param>
internal sealed class ListShape<T>(Shape item) : Shape, IContainerShape
{
    public override string TypeName => "list of " + item.TypeName.Plural();

    public Shape Item => item;

    public string PathSuffix => "[]";

    public override bool TryBind(YamlNode node, string path, BindingContext context, out object? value)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        if (node is YamlNode.Sequence sequence)
        {
            for (var i = 0; i < sequence.Items.Length; i++)
            {
                var itemPath = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
                context.Note(itemPath, sequence.Items[i].Mark);
                if (item.TryBind(sequence.Items[i], itemPath, context, out var bound)) items.Add((T)bound!);
            }
        }
        else if (!node.IsEmpty)
        {
            return Refuse(node, path, context, "list", $"a {TypeName}: [one, two], or each on a line behind '- '", out value);
        }

        value = items.ToImmutable();
        return true;
    }

    public override JsonNode? ToJson(object? value, SecretRendering secrets) =>
        value is ImmutableArray<T> { IsDefault: false } items ? new JsonArray([.. items.Select(entry => item.ToJson(entry, secrets))]) : null;
}
