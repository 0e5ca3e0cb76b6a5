using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>The catalog's things in Consul's JSON: clients bind by these names.</summary>
internal static class ConsulShapes
{
    public static string Status(CheckStatus status) => status switch
    {
        CheckStatus.Passing => "passing",
        CheckStatus.Warning => "warning",
        _ => "critical",
    };

    public static JsonObject Node(CatalogNode node) => new()
    {
        ["ID"] = node.Id,
        ["Node"] = node.Name,
        ["Address"] = node.Address,
        ["Datacenter"] = node.Group,
        ["TaggedAddresses"] = new JsonObject { ["lan"] = node.Address, ["wan"] = node.Address },
        ["Meta"] = Map(node.Meta),
        ["CreateIndex"] = node.CreateIndex,
        ["ModifyIndex"] = node.ModifyIndex,
    };

    /// <summary>An instance inside another object: AgentService.</summary>
    public static JsonObject Service(ServiceInstance service, string group, bool withIndexes)
    {
        var json = new JsonObject
        {
            ["ID"] = service.Id,
            ["Service"] = service.Name,
            ["Tags"] = Texts(service.Tags),
            ["Meta"] = Map(service.Meta),
            ["Port"] = service.Port,
            ["Address"] = service.Address,
            ["TaggedAddresses"] = TaggedAddresses(service),
            ["Weights"] = Weights(service.Weights),
            ["EnableTagOverride"] = service.EnableTagOverride,
        };
        if (service.Kind.Length > 0) json["Kind"] = service.Kind;
        // Skerry's own field, there only where it says something.
        if (service.Exported) json["Exported"] = true;
        if (withIndexes)
        {
            json["CreateIndex"] = service.CreateIndex;
            json["ModifyIndex"] = service.ModifyIndex;
        }
        else
        {
            json["Datacenter"] = group;
        }

        return json;
    }

    /// <summary>An instance with its node in one object: CatalogService.</summary>
    public static JsonObject CatalogService(ServiceEntry entry)
    {
        var (node, service) = (entry.Node, entry.Service);
        return new JsonObject
        {
            ["ID"] = node.Id,
            ["Node"] = node.Name,
            ["Address"] = node.Address,
            ["Datacenter"] = node.Group,
            ["TaggedAddresses"] = new JsonObject { ["lan"] = node.Address, ["wan"] = node.Address },
            ["NodeMeta"] = Map(node.Meta),
            ["ServiceKind"] = service.Kind,
            ["ServiceID"] = service.Id,
            ["ServiceName"] = service.Name,
            ["ServiceTags"] = Texts(service.Tags),
            ["ServiceAddress"] = service.Address,
            ["ServiceTaggedAddresses"] = TaggedAddresses(service),
            ["ServiceWeights"] = Weights(service.Weights),
            ["ServiceMeta"] = Map(service.Meta),
            ["ServicePort"] = service.Port,
            ["ServiceEnableTagOverride"] = service.EnableTagOverride,
            ["CreateIndex"] = service.CreateIndex,
            ["ModifyIndex"] = service.ModifyIndex,
        };
    }

    public static JsonObject Check(CheckState check) => new()
    {
        ["Node"] = check.Node,
        ["CheckID"] = check.Definition.Id,
        ["Name"] = check.Definition.Name,
        ["Status"] = Status(check.Status),
        ["Notes"] = check.Definition.Notes,
        ["Output"] = check.Output,
        ["ServiceID"] = check.Definition.ServiceId,
        ["ServiceName"] = check.ServiceName,
        ["ServiceTags"] = Texts(check.ServiceTags),
        ["Type"] = TypeName(check.Definition.Type),
        ["Interval"] = check.Definition.Type is CheckType.Http or CheckType.Tcp or CheckType.Grpc or CheckType.Script ? GoDuration.Format(check.Definition.Interval) : "",
        ["Timeout"] = check.Definition.Type is CheckType.Http or CheckType.Tcp or CheckType.Grpc or CheckType.Script ? GoDuration.Format(check.Definition.Timeout) : "",
        ["ExposedPort"] = 0,
        ["Definition"] = new JsonObject(),
        ["CreateIndex"] = check.CreateIndex,
        ["ModifyIndex"] = check.ModifyIndex,
    };

    public static JsonObject Entry(ServiceEntry entry) => new()
    {
        ["Node"] = Node(entry.Node),
        ["Service"] = Service(entry.Service, entry.Node.Group, withIndexes: true),
        ["Checks"] = new JsonArray([.. entry.Checks.Select(Check)]),
    };

    public static JsonObject Member(ApiMember member) => new()
    {
        ["Name"] = member.Name,
        ["Addr"] = member.Address.Address.ToString(),
        ["Port"] = member.Address.Port,
        ["Tags"] = Map(member.Tags),
        ["Status"] = member.Status,
        ["ProtocolMin"] = member.Versions[0],
        ["ProtocolMax"] = member.Versions[1],
        ["ProtocolCur"] = member.Versions[2],
        ["DelegateMin"] = member.Versions[3],
        ["DelegateMax"] = member.Versions[4],
        ["DelegateCur"] = member.Versions[5],
    };

    public static JsonObject Coordinate(string node, ApiCoordinate place) => new()
    {
        ["Node"] = node,
        ["Segment"] = "",
        ["Coord"] = new JsonObject
        {
            ["Vec"] = new JsonArray([.. place.Vec.Select(part => JsonValue.Create(part))]),
            ["Error"] = place.Error,
            ["Adjustment"] = place.Adjustment,
            ["Height"] = place.Height,
        },
    };

    /// <summary>Changes whenever the definition of a local service does.</summary>
    public static string ContentHash(JsonObject service)
    {
        // FNV-1a: it tells changes apart, it guards nothing.
        var hash = 14695981039346656037UL;
        foreach (var letter in service.ToJsonString()) hash = (hash ^ letter) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    public static JsonArray Texts(ImmutableArray<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    public static JsonObject Map(IReadOnlyDictionary<string, string> map) => new(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value))));

    private static string TypeName(CheckType type) => type switch
    {
        CheckType.Ttl => "ttl",
        CheckType.Http => "http",
        CheckType.Tcp => "tcp",
        CheckType.Grpc => "grpc",
        CheckType.Script => "script",
        CheckType.Maintenance => "maintenance",
        _ => "",
    };

    private static JsonObject Weights(ServiceWeights weights) => new() { ["Passing"] = weights.Passing, ["Warning"] = weights.Warning };

    private static JsonObject TaggedAddresses(ServiceInstance service) => new(service.TaggedAddresses.Select(entry =>
        KeyValuePair.Create(entry.Key, (JsonNode?)new JsonObject { ["Address"] = entry.Value.Address, ["Port"] = entry.Value.Port })));
}
