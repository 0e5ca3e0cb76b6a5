using System.Text.Json;

using Skerry.Catalog.Records;
using Skerry.Replication;

namespace Skerry.Catalog;

/// <summary>Reads records into a node's state. A payload that cannot be read changes nothing.</summary>
internal static class RecordReading
{
    public static bool TryApply(Record record, NodeRecords node, ulong index)
    {
        switch (record.Kind)
        {
            case RecordKind.Node:
                if (!TryRead<CatalogNode>(record, out var facts)) return false;
                node.Facts = facts is null ? null : facts with { ModifyIndex = index };
                return true;
            case RecordKind.Service:
                if (!TryRead<ServiceInstance>(record, out var service)) return false;
                var created = node.Services.TryGetValue(record.Id, out var earlier) ? earlier.CreateIndex : index;
                if (service is null) node.Services.Remove(record.Id);
                else node.Services[record.Id] = service with { Node = record.Owner, Id = record.Id, CreateIndex = created, ModifyIndex = index };
                return true;
            case RecordKind.Check:
                if (!TryRead<CheckState>(record, out var check)) return false;
                var since = node.Checks.TryGetValue(record.Id, out var before) ? before.CreateIndex : index;
                if (check is null) node.Checks.Remove(record.Id);
                else node.Checks[record.Id] = check with { Node = record.Owner, CreateIndex = since, ModifyIndex = index };
                return true;
            default:
                return true; // a newer node's kind: not for this one
        }
    }

    private static bool TryRead<T>(Record record, out T? value)
        where T : class
    {
        value = null;
        if (record.Payload is not { } payload) return true;
        try
        {
            value = CatalogJson.Read<T>(payload.Span);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
