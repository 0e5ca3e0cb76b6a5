using System.Text.Json.Nodes;

using Skerry.Agent.Configuration.Yaml;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>What a value of the configuration may look like: read from an options type once, used to bind, compare, print and document.</summary>
internal abstract class Shape
{
    /// <summary>The type in the user's words: <c>duration</c>, <c>list of strings</c>.</summary>
    public abstract string TypeName { get; }

    /// <summary>Reads a value. False when it was refused; the errors are in the context.</summary>
    public abstract bool TryBind(YamlNode node, string path, BindingContext context, out object? value);

    /// <summary>The value as JSON in the file's own notation.</summary>
    public abstract JsonNode? ToJson(object? value, SecretRendering secrets);

    /// <summary>Refuses a node of the wrong kind.</summary>
    protected static bool Refuse(YamlNode node, string path, BindingContext context, string expected, string allowed, out object? value)
    {
        value = null;
        context.Refuse(node.Mark, path, node.IsEmpty ? "has no value" : $"{node.Kind} is not {expected.WithArticle()}", allowed);
        return false;
    }
}
