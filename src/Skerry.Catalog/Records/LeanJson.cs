using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

using Skerry.Catalog.Sites;

namespace Skerry.Catalog.Records;

/// <summary>
/// Payloads of records and the registrations' file are JSON: small enough for a datagram, and nodes of two versions understand each other, for a field
/// that is strange is skipped and one that is missing has its type's default. Contracts come from reflection: the compiler-made ones give
/// init-only properties that are missing zero, not their default.
/// </summary>
internal static class LeanJson
{
    private static readonly JsonSerializerOptions Lean = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        Converters = { new CheckTypeConverter(), new JsonStringEnumConverter() },
        // Text stays as it is: escaping all that is not ASCII would make some outputs six times as long.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 16,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutWhatIsEmpty } },
    };

    public static JsonTypeInfo<CatalogNode> Node => (JsonTypeInfo<CatalogNode>)Lean.GetTypeInfo(typeof(CatalogNode));

    public static JsonTypeInfo<ServiceInstance> Service => (JsonTypeInfo<ServiceInstance>)Lean.GetTypeInfo(typeof(ServiceInstance));

    public static JsonTypeInfo<CheckState> Check => (JsonTypeInfo<CheckState>)Lean.GetTypeInfo(typeof(CheckState));

    public static JsonTypeInfo<Registrations> All => (JsonTypeInfo<Registrations>)Lean.GetTypeInfo(typeof(Registrations));

    public static JsonTypeInfo<BridgeFacts> Bridge => (JsonTypeInfo<BridgeFacts>)Lean.GetTypeInfo(typeof(BridgeFacts));

    public static JsonTypeInfo<GroupFacts> Group => (JsonTypeInfo<GroupFacts>)Lean.GetTypeInfo(typeof(GroupFacts));

    public static JsonTypeInfo<NodePart> Part => (JsonTypeInfo<NodePart>)Lean.GetTypeInfo(typeof(NodePart));

    public static JsonTypeInfo<ExportedInstance> Instance => (JsonTypeInfo<ExportedInstance>)Lean.GetTypeInfo(typeof(ExportedInstance));

    /// <summary>Only texts, collections, indexes, the tunnel and its load, the gateway, which are all empty when absent.
    /// Any other number, a flag or an enum that is absent may stand for more than zero.</summary>
    private static void LeaveOutWhatIsEmpty(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.IsRequired) continue;
            if (property.PropertyType == typeof(string)) property.ShouldSerialize = static (_, value) => value is not "";
            else if (property.PropertyType == typeof(ulong)) property.ShouldSerialize = static (_, value) => value is not 0UL;
            else if (property.PropertyType == typeof(TunnelFacts)) property.ShouldSerialize = static (_, value) => value is TunnelFacts { IsEmpty: false };
            else if (property.PropertyType == typeof(GatewayFacts)) property.ShouldSerialize = static (_, value) => value is GatewayFacts { IsEmpty: false };
            else if (type.Type == typeof(TunnelFacts) && property.PropertyType == typeof(int)) property.ShouldSerialize = static (_, value) => value is not 0;
            else if (property.PropertyType == typeof(CatalogNode)) property.ShouldSerialize = static (_, value) => value is not null;
            else if (property.PropertyType.IsAssignableTo(typeof(ICollection))) property.ShouldSerialize = static (_, value) => value is ICollection { Count: > 0 };
        }
    }
}
