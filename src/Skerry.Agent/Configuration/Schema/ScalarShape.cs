using System.Text.Json.Nodes;

using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>A single value.</summary>
/// <param name="notation">How its type is written.</param>
internal sealed class ScalarShape(ScalarNotation notation) : Shape
{
    public override string TypeName => notation.TypeName;

    public string Allowed => notation.Allowed;

    public override bool TryBind(YamlNode node, string path, BindingContext context, out object? value)
    {
        if (node is not YamlNode.Scalar scalar || (node.IsEmpty && !notation.TakesEmpty)) return Refuse(node, path, context, notation.Noun, notation.Allowed, out value);
        if (notation.TryParse(scalar.Text, out value)) return true;
        context.Refuse(node.Mark, path, $"{node.Kind} is not {notation.Noun.WithArticle()}{notation.Suggest(scalar.Text)}", notation.Allowed);
        return false;
    }

    public override JsonNode? ToJson(object? value, SecretRendering secrets) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        _ => JsonValue.Create(notation.Format(value)),
    };
}
