using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Skerry.Catalog.View;
using Skerry.Replication;

namespace Skerry.Catalog.Records;

/// <summary>Writes and reads what records say. A payload that cannot be read, or says what no node may say, changes nothing.</summary>
internal static class RecordPayload
{
    public static byte[] Of(CatalogNode node) => JsonSerializer.SerializeToUtf8Bytes(node, LeanJson.Node);

    public static byte[] Of(ServiceInstance service) => JsonSerializer.SerializeToUtf8Bytes(service, LeanJson.Service);

    /// <summary>A check as the group hears it: header values, bodies and arguments may hold secrets; name and tags of the service come with the service.</summary>
    public static byte[] Of(CheckState check)
    {
        var told = check with
        {
            ServiceName = "",
            ServiceTags = [],
            Definition = check.Definition with { Headers = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, Body = "", Arguments = [] },
        };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(told, LeanJson.Check);
        // Control characters take six bytes each: then less of the output has to do.
        while (bytes.Length > Record.MaxPayload && told.Output.Length > 0)
        {
            told = told with { Output = told.Output[..(told.Output.Length / 2)] };
            bytes = JsonSerializer.SerializeToUtf8Bytes(told, LeanJson.Check);
        }

        return bytes;
    }

    /// <summary>Reads a record into a node's state.</summary>
    /// <param name="record">The record.</param>
    /// <param name="node">Its owner's state.</param>
    /// <param name="index">The index the change will bear.</param>
    public static bool TryApply(Record record, NodeRecords node, ulong index)
    {
        switch (record.Kind)
        {
            case RecordKind.Node:
                if (!TryRead(record, LeanJson.Node, IsSound, out var facts)) return false;
                node.Facts = facts is null ? null : facts with { ModifyIndex = index };
                node.IsTouched = true;
                return true;
            case RecordKind.Service:
                if (!TryRead(record, LeanJson.Service, IsSound, out var service)) return false;
                var created = node.Services.TryGetValue(record.Id, out var earlier) ? earlier.CreateIndex : index;
                node.SetService(record.Id, service is null ? null : service with { Node = record.Owner, Id = record.Id, CreateIndex = created, ModifyIndex = index });
                return true;
            case RecordKind.Check:
                if (!TryRead(record, LeanJson.Check, IsSound, out var check)) return false;
                var since = node.Checks.TryGetValue(record.Id, out var before) ? before.CreateIndex : index;
                node.SetCheck(record.Id, check is null ? null : check with
                {
                    Node = record.Owner,
                    Definition = check.Definition with { Id = record.Id },
                    CreateIndex = since,
                    ModifyIndex = index,
                });
                return true;
            default:
                return true; // a newer node's kind: not for this one
        }
    }

    private static bool TryRead<T>(Record record, JsonTypeInfo<T> type, Func<T, bool> isSound, out T? value)
        where T : class
    {
        value = null;
        if (record.Payload is not { } payload) return true;
        try
        {
            value = JsonSerializer.Deserialize(payload.Span, type);
            return value is not null && isSound(value) && (record.Kind == RecordKind.Node || record.Id.Length > 0);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static bool IsSound(CatalogNode node) => IsSound(node.Meta) && IsSound(node.Tunnel) && node.Gateway.IsSound;

    public static bool IsSound(TunnelFacts tunnel) =>
        IsSound(tunnel.Addresses) && tunnel.Addresses.Length <= TunnelFacts.MaxAddresses && tunnel.Size <= TunnelFacts.MaxSize && tunnel.Load is >= 0 and <= 100;

    public static bool IsSound(ServiceInstance service) =>
        service.Name.Length > 0 && IsPort(service.Port) && IsSound(service.Tags) && IsSound(service.Meta)
        && service.TaggedAddresses.Values.All(address => address is { Address: not null } && IsPort(address.Port))
        && service.Weights is { Passing: >= 0, Warning: >= 0 };

    private static bool IsSound(CheckState check) =>
        Enum.IsDefined(check.Status) && Enum.IsDefined(check.Definition.Type) && check.Output.Length <= Record.MaxPayload
        && IsSound(check.ServiceTags) && IsSound(check.Definition.Arguments);

    private static bool IsPort(int port) => port is >= 0 and <= 65535;

    private static bool IsSound(ImmutableArray<string> texts) => !texts.IsDefault && !texts.Contains(null!);

    private static bool IsSound(ImmutableSortedDictionary<string, string> facts) => facts.Values.All(value => value is not null);
}
