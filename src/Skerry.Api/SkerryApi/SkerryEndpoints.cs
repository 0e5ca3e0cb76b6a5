using System.Text.Json;
using System.Text.Json.Nodes;

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
        new("GET", "/v1/skerry/members", "Members with how far away they are", MembersAsync),
        new("GET", "/v1/skerry/services", "Services with how many instances pass, warn and are critical", ServicesAsync),
        new("GET", "/v1/skerry/gateway", "Listeners and pipelines of this node's gateway with their counters", GatewayAsync),
        new("GET", "/v1/skerry/configuration", "The configuration in effect, without its secrets", call => call.JsonAsync(JsonSerializer.SerializeToNode(call.Agent.Configuration)!)),
        new("GET", "/healthz", "Whether this agent answers", call => call.TextAsync("ok\n")),
    ];

    private static Task MembersAsync(ApiCall call) => call.JsonAsync(new JsonArray([.. call.Agent.Members.Select(member => new JsonObject
    {
        ["name"] = member.Name,
        ["address"] = member.Address.ToString(),
        ["status"] = member.Status switch { 1 => "alive", 2 => "leaving", 3 => "left", 4 => "failed", _ => "none" },
        ["tags"] = ConsulShapes.Map(member.Tags),
        ["roundTripSeconds"] = member.Name == call.Options.NodeName ? 0 : call.Agent.EstimateRoundTrip(call.Options.NodeName, member.Name)?.TotalSeconds,
    })]));

    private static Task ServicesAsync(ApiCall call) => call.ReadAsync(snapshot => snapshot.Index, snapshot => new JsonArray([.. snapshot.ServiceNames.Select(name =>
    {
        var instances = snapshot.Instances(name);
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

    private static Task GatewayAsync(ApiCall call) => call.Agent.GatewayState is { } state
        ? call.JsonAsync(JsonSerializer.SerializeToNode(state, state.GetType(), CamelCase)!)
        : throw new ApiException(404, "This node runs no gateway: none is configured under 'gateway.listeners'.");
}
