using Skerry.Agent.Configuration.Yaml;
using Skerry.Manifest;

namespace Skerry.Agent.Configuration.Objects;

/// <summary>A gateway object as it was written: in a file, or in the manifest.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Node">What it says.</param>
/// <param name="Path">The key it is told by in messages: <c>gateway.pipelines[1]</c>, or <c>pipeline/web</c> for one of the manifest.</param>
internal sealed record GatewayObject(GatewayKind Kind, string Name, YamlNode Node, string Path)
{
    /// <summary><c>pipeline/web</c></summary>
    public string Id => $"{Kind.Name}/{Name}";

    /// <summary>The document that stands for it in the manifest.</summary>
    public string Document => field ??= YamlText.Write(Node);

    /// <summary>One from the manifest; null where it is of a kind that this version does not know.</summary>
    /// <exception cref="YamlRefusedException">Its document is no YAML.</exception>
    public static GatewayObject? Of(ManifestObject stored)
    {
        if (GatewayKind.Find(stored.Kind) is not { } kind) return null;
        var id = $"{stored.Kind}/{stored.Name}";
        return new GatewayObject(kind, stored.Name, YamlReader.Read(id, stored.Document) ?? new YamlNode.Mapping(new Mark(id, 1, 1), []), id);
    }
}
