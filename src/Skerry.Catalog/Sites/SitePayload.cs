using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Skerry.Catalog.Records;
using Skerry.Catalog.View;
using Skerry.Replication;

namespace Skerry.Catalog.Sites;

/// <summary>Writes and reads what bridges tell each other, and their own groups. What cannot be read, or says what no bridge may say, changes nothing.</summary>
internal static class SitePayload
{
    /// <summary>What a part takes around its instances, at the most: the group's name escaped, and the names of fields.</summary>
    private const int PartOverhead = 64 + (6 * SiteBounds.MaxGroupName);

    private const int MaxPart = Record.MaxPayload - PartOverhead;

    /// <summary>The largest instance, bytes of JSON, that can be exported: alone in a part, with its status beside it.</summary>
    public const int MaxInstance = MaxPart - 64;

    public static byte[] Of(BridgeFacts facts) => JsonSerializer.SerializeToUtf8Bytes(facts, LeanJson.Bridge);

    public static byte[] Of(GroupFacts facts) => JsonSerializer.SerializeToUtf8Bytes(facts, LeanJson.Group);

    /// <summary>A node with what it exports and nothing else, in as many parts as it takes; none when it cannot be told at all.</summary>
    /// <param name="view">The node as its own group sees it.</param>
    /// <param name="group">The group.</param>
    public static ImmutableArray<byte[]> Of(NodeView view, string group)
    {
        if (First(view.Node, group) is not var (part, size)) return [];
        var parts = ImmutableArray.CreateBuilder<byte[]>();
        var instances = ImmutableArray.CreateBuilder<ExportedInstance>();
        foreach (var instance in view.Entries.Values.Where(entry => entry.Service.Exported).Select(Of))
        {
            var more = JsonSerializer.SerializeToUtf8Bytes(instance, LeanJson.Instance).Length + 1;
            // Only an instance of a node that does not know this bound: its own node refuses it.
            if (more > MaxPart) continue;
            if (size + more > MaxPart)
            {
                parts.Add(JsonSerializer.SerializeToUtf8Bytes(part with { Instances = instances.DrainToImmutable() }, LeanJson.Part));
                (part, size) = (new NodePart { Group = group }, 0);
            }

            instances.Add(instance);
            size += more;
        }

        parts.Add(JsonSerializer.SerializeToUtf8Bytes(part with { Instances = instances.DrainToImmutable() }, LeanJson.Part));
        return parts.DrainToImmutable();
    }

    public static bool TryRead(ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out BridgeFacts? facts) =>
        TryRead(payload, LeanJson.Bridge, read => PartName.IsGroup(read.Group) && read.Records >= 0 && RecordPayload.IsSound(read.Tunnel), out facts);

    public static bool TryRead(ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out GroupFacts? facts) =>
        TryRead(payload, LeanJson.Group, read => read.Records >= 0, out facts);

    /// <summary>Reads a part of the node that its name names.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> payload, PartName name, [NotNullWhen(true)] out NodePart? part) =>
        TryRead(payload, LeanJson.Part, read => IsSound(read, name), out part);

    /// <summary>The part that says what the node is, with as much of that as there is room for, and its size.</summary>
    private static (NodePart Part, int Size)? First(CatalogNode node, string group)
    {
        // Indexes are this node's own: with them two bridges would never say the same.
        node = node with { Group = group, Gateway = GatewayFacts.None, CreateIndex = 0, ModifyIndex = 0 };
        var lean = node with { Meta = ImmutableSortedDictionary<string, string>.Empty };
        foreach (var facts in (CatalogNode[])[node, lean, lean with { Tunnel = TunnelFacts.None }])
        {
            var part = new NodePart { Group = group, Facts = facts };
            var size = JsonSerializer.SerializeToUtf8Bytes(part, LeanJson.Part).Length;
            if (size <= MaxPart) return (part, size);
        }

        return null;
    }

    private static bool IsSound(NodePart part, PartName name)
    {
        if (part.Facts is null != name.Number > 0) return false;
        if (part.Facts is { } node && !(node.Name == name.Node && node.Group == part.Group && RecordPayload.IsSound(node))) return false;
        return !part.Instances.IsDefault && part.Instances.All(instance =>
            instance is not null && instance.Service.Exported && instance.Service.Id.Length > 0 && Enum.IsDefined(instance.Status) && RecordPayload.IsSound(instance.Service));
    }

    private static ExportedInstance Of(ServiceEntry entry) => new()
    {
        Service = entry.Service with { CreateIndex = 0, ModifyIndex = 0 },
        Status = entry.Checks.Where(check => check.Definition.Type != CheckType.Membership).Select(check => check.Status).DefaultIfEmpty(CheckStatus.Passing).Max(),
    };

    private static bool TryRead<T>(ReadOnlyMemory<byte> payload, JsonTypeInfo<T> type, Func<T, bool> isSound, [NotNullWhen(true)] out T? value)
        where T : class
    {
        value = null;
        try
        {
            if (JsonSerializer.Deserialize(payload.Span, type) is { } read && isSound(read)) value = read;
        }
        catch (JsonException)
        {
            // Not of this version, or of nobody's.
        }

        return value is not null;
    }
}
