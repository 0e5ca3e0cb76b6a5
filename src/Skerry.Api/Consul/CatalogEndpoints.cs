using System.Text.Json.Nodes;

using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>The group's nodes and services, healthy or not.</summary>
internal static class CatalogEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/catalog/datacenters", "Groups known, nearest first", call => call.JsonAsync(new JsonArray(call.Options.Group))),
        new("GET", "/v1/catalog/nodes", "Nodes of the group", NodesAsync),
        new("GET", "/v1/catalog/services", "Names of services with their tags", ServicesAsync),
        new("GET", "/v1/catalog/service/{name}", "Instances of a service", ServiceAsync),
        new("GET", "/v1/catalog/node/{name}", "A node with its services by id", NodeAsync),
        new("GET", "/v1/catalog/node-services/{name}", "A node with its services as a list", NodeServicesAsync),
        new("GET", "/v1/coordinate/datacenters", "Coordinates by group", CoordinateGroupsAsync),
        new("GET", "/v1/coordinate/nodes", "Coordinates of the nodes", call => call.ReadAsync(snapshot => snapshot.NodesIndex, snapshot => Coordinates(call, snapshot))),
        new("GET", "/v1/coordinate/node/{name}", "Coordinate of a node", CoordinateNodeAsync),
    ];

    private static Task NodesAsync(ApiCall call) => call.ReadAsync(
        snapshot => snapshot.NodesIndex,
        snapshot => new JsonArray([.. Nearness.Sort(call, snapshot.Nodes.Values.Where(node => Nearness.HasMeta(call, node)), node => node.Name).Select(ConsulShapes.Node)]));

    private static Task ServicesAsync(ApiCall call) => call.ReadAsync(snapshot => Nearness.Index(call, snapshot, snapshot.ServicesIndex), snapshot => new JsonObject(
        from name in snapshot.ServiceNames
        let instances = snapshot.Instances(name).Where(entry => Nearness.HasMeta(call, entry.Node)).ToArray()
        where instances.Length > 0
        let tags = instances.SelectMany(entry => entry.Service.Tags).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        select KeyValuePair.Create(name, (JsonNode?)ConsulShapes.Texts([.. tags]))));

    private static Task ServiceAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(snapshot => snapshot.ServiceIndex(name), snapshot =>
            new JsonArray([.. Nearness.Select(call, snapshot.Instances(name)).Select(ConsulShapes.CatalogService)]));
    }

    private static Task NodeAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(snapshot => snapshot.NodeIndex(name), snapshot => snapshot.Nodes.TryGetValue(name, out var node)
            ? new JsonObject
            {
                ["Node"] = ConsulShapes.Node(node),
                ["Services"] = new JsonObject(snapshot.InstancesOn(name).Select(entry =>
                    KeyValuePair.Create(entry.Service.Id, (JsonNode?)ConsulShapes.Service(entry.Service, node.Group, withIndexes: true)))),
            }
            : null);
    }

    private static Task NodeServicesAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(snapshot => snapshot.NodeIndex(name), snapshot => snapshot.Nodes.TryGetValue(name, out var node)
            ? new JsonObject
            {
                ["Node"] = ConsulShapes.Node(node),
                ["Services"] = new JsonArray([.. snapshot.InstancesOn(name).Select(entry => ConsulShapes.Service(entry.Service, node.Group, withIndexes: true))]),
            }
            : null);
    }

    private static Task CoordinateGroupsAsync(ApiCall call) => call.JsonAsync(new JsonArray(new JsonObject
    {
        ["Datacenter"] = call.Options.Group,
        ["AreaID"] = "lan",
        ["Coordinates"] = Coordinates(call, call.Catalog.Current),
    }));

    private static Task CoordinateNodeAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(snapshot => snapshot.NodeIndex(name), _ =>
            call.Agent.CoordinateOf(name) is { } place ? new JsonArray(ConsulShapes.Coordinate(name, place)) : null);
    }

    private static JsonArray Coordinates(ApiCall call, CatalogSnapshot snapshot) => new(
        [.. snapshot.Nodes.Keys.Select(name => call.Agent.CoordinateOf(name) is { } place ? ConsulShapes.Coordinate(name, place) : null).Where(place => place is not null)]);
}
