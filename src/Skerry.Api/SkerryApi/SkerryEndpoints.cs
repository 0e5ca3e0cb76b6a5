using System.Text.Json;
using System.Text.Json.Nodes;

using Skerry.Api.Acl;
using Skerry.Api.Consul;
using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.SkerryApi;

/// <summary>What Consul has no word for.</summary>
internal static class SkerryEndpoints
{
    private static readonly JsonSerializerOptions CamelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/skerry/version", "Version of this agent", call => call.JsonAsync(new JsonObject { ["version"] = call.Options.Version })),
        new("GET", "/v1/skerry/members", "Members with how far away they are; with ?dc= those of another group, with ?all-groups of all", MembersAsync),
        new("GET", "/v1/skerry/groups", "Groups known, and how they are reached", GroupsAsync),
        new("GET", "/v1/skerry/services", "Services with how many instances pass, warn and are critical; with ?dc= what another group exports", ServicesAsync),
        new("GET", "/v1/skerry/gateway", "Listeners and pipelines of this node's gateway with their counters", GatewayAsync),
        new("GET", "/v1/skerry/configuration", "The configuration in effect, without its secrets", ConfigurationAsync),
        new("GET", "/healthz", "Whether this agent answers", call => call.TextAsync("ok\n")),
    ];

    private static Task MembersAsync(ApiCall call)
    {
        var snapshot = call.Catalog.Current;
        var groups = call.Flag("all-groups") ? GroupView.All(snapshot, call.Options.Group) : [call.ViewOf(snapshot)];
        return call.JsonAsync(new JsonArray([.. groups.SelectMany(group => Members(call, group))]));
    }

    private static IEnumerable<JsonObject> Members(ApiCall call, GroupView group) => group.IsOwn
        ? call.Visible(call.Agent.Members, member => Sight.Node(call, member.Name)).Select(member => Member(call, member))
        : Sight.Nodes(call, group.Nodes.Values).Select(node => Member(call, group, node));

    /// <summary>A member of this node's own group, as gossip has it.</summary>
    private static JsonObject Member(ApiCall call, ApiMember member) => new()
    {
        ["name"] = member.Name,
        ["address"] = member.Address.ToString(),
        ["status"] = member.Status switch { 1 => "alive", 2 => "leaving", 3 => "left", 4 => "failed", _ => "none" },
        ["group"] = member.Tags.GetValueOrDefault("group", call.Options.Group),
        ["bridge"] = call.Catalog.Bridges.ContainsKey(member.Name),
        ["tags"] = ConsulShapes.Map(member.Tags),
        ["roundTripSeconds"] = member.Name == call.Options.NodeName ? 0 : call.Agent.EstimateRoundTrip(call.Options.NodeName, member.Name)?.TotalSeconds,
    };

    /// <summary>A member of another group, as its bridges tell it: its gossip is its own.</summary>
    private static JsonObject Member(ApiCall call, GroupView group, CatalogNode node) => new()
    {
        ["name"] = node.Name,
        ["address"] = node.Address,
        ["status"] = !group.IsReachable ? "unreachable" : node.Alive ? "alive" : "failed",
        ["group"] = group.Name,
        ["bridge"] = call.Catalog.Bridges.ContainsKey(node.Name),
        ["tags"] = new JsonObject(),
        ["roundTripSeconds"] = null,
    };

    private static Task GroupsAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Read);
        var snapshot = call.Catalog.Current;
        return call.JsonAsync(new JsonArray([.. GroupView.All(snapshot, call.Options.Group).Select(group => new JsonObject
        {
            ["name"] = group.Name,
            ["own"] = group.IsOwn,
            ["reachable"] = group.IsReachable,
            ["via"] = group.Via,
            ["bridges"] = ConsulShapes.Texts([.. group.Nodes.Keys.Where(snapshot.Bridges.ContainsKey)]),
            ["nodes"] = group.Nodes.Count,
            ["alive"] = group.Nodes.Values.Count(node => node.Alive),
            ["services"] = group.ServiceNames.Count,
        })]));
    }

    private static Task ServicesAsync(ApiCall call) => call.ReadAsync(view => view.Index, view => new JsonArray([.. call.Visible(view.ServiceNames, name => Sight.Service(call, name)).Select(name =>
    {
        var instances = view.Instances(name);
        return new JsonObject
        {
            ["name"] = name,
            ["instances"] = instances.Length,
            ["passing"] = instances.Count(entry => entry.Status == CheckStatus.Passing),
            ["warning"] = instances.Count(entry => entry.Status == CheckStatus.Warning),
            ["critical"] = instances.Count(entry => entry.Status == CheckStatus.Critical),
            ["exported"] = instances.Count(entry => entry.Service.Exported),
            ["tags"] = ConsulShapes.Texts([.. instances.SelectMany(entry => entry.Service.Tags).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]),
        };
    })]));

    private static Task GatewayAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Read);
        return call.Agent.GatewayState is { } state
            ? call.JsonAsync(JsonSerializer.SerializeToNode(state, state.GetType(), CamelCase)!)
            : throw new ApiException(404, "This node runs no gateway: no listener is configured, or none can listen here. What the group agreed on, and what hinders its nodes: skerry pipeline list");
    }

    private static Task ConfigurationAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Read);
        return call.JsonAsync(JsonSerializer.SerializeToNode(call.Agent.Configuration)!);
    }
}
