using System.Text.Json.Nodes;

using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>The group's nodes and services, healthy or not.</summary>
internal static class CatalogEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/catalog/datacenters", "Groups known, this node's own first, those that cannot be reached last", GroupsAsync),
        new("GET", "/v1/catalog/nodes", "Nodes of the group", NodesAsync),
        new("GET", "/v1/catalog/services", "Names of services with their tags", ServicesAsync),
        new("GET", "/v1/catalog/service/{name}", "Instances of a service", ServiceAsync),
        new("GET", "/v1/catalog/node/{name}", "A node with its services by id", NodeAsync),
        new("GET", "/v1/catalog/node-services/{name}", "A node with its services as a list", NodeServicesAsync),
        new("GET", "/v1/coordinate/datacenters", "Coordinates by group", CoordinateGroupsAsync),
        new("GET", "/v1/coordinate/nodes", "Coordinates of the nodes", call => call.ReadAsync(view => view.NodesIndex, view => Coordinates(call, view.Nodes.Keys))),
        new("GET", "/v1/coordinate/node/{name}", "Coordinate of a node", CoordinateNodeAsync),
    ];

    private static Task GroupsAsync(ApiCall call) =>
        call.JsonAsync(ConsulShapes.Texts([.. GroupView.All(call.Catalog.Current, call.Options.Group).Select(group => group.Name)]));

    private static Task NodesAsync(ApiCall call) => call.ReadAsync(
        view => view.NodesIndex,
        view => new JsonArray([.. Sight.Nodes(call, Nearness.Sort(call, view.Nodes.Values.Where(node => Nearness.HasMeta(call, node)), node => node.Name)).Select(ConsulShapes.Node)]));

    private static Task ServicesAsync(ApiCall call) => call.ReadAsync(view => Nearness.Index(call, view, view.ServicesIndex), view => new JsonObject(
        from name in call.Visible(view.ServiceNames, name => Sight.Service(call, name))
        let instances = view.Instances(name).Where(entry => Nearness.HasMeta(call, entry.Node)).ToArray()
        where instances.Length > 0
        let tags = instances.SelectMany(entry => entry.Service.Tags).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        select KeyValuePair.Create(name, (JsonNode?)ConsulShapes.Texts([.. tags]))));

    private static Task ServiceAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(view => view.ServiceIndex(name), view =>
            new JsonArray([.. Sight.Instances(call, Nearness.Select(call, view.Instances(name))).Select(ConsulShapes.CatalogService)]));
    }

    private static Task NodeAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(view => view.NodeIndex(name), view => FindNode(call, view, name) is { } node
            ? new JsonObject
            {
                ["Node"] = ConsulShapes.Node(node),
                ["Services"] = new JsonObject(Sight.Instances(call, view.InstancesOn(name)).Select(entry =>
                    KeyValuePair.Create(entry.Service.Id, (JsonNode?)ConsulShapes.Service(entry.Service, node.Group, withIndexes: true)))),
            }
            : null);
    }

    private static Task NodeServicesAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(view => view.NodeIndex(name), view => FindNode(call, view, name) is { } node
            ? new JsonObject
            {
                ["Node"] = ConsulShapes.Node(node),
                ["Services"] = new JsonArray([.. Sight.Instances(call, view.InstancesOn(name)).Select(entry => ConsulShapes.Service(entry.Service, node.Group, withIndexes: true))]),
            }
            : null);
    }

    private static CatalogNode? FindNode(ApiCall call, GroupView view, string name) =>
        Sight.Nodes(call, view.Nodes.TryGetValue(name, out var node) ? [node] : []).FirstOrDefault();

    private static Task CoordinateGroupsAsync(ApiCall call) => call.JsonAsync(new JsonArray(new JsonObject
    {
        ["Datacenter"] = call.Options.Group,
        ["AreaID"] = "lan",
        ["Coordinates"] = Coordinates(call, call.Catalog.Current.Nodes.Keys),
    }));

    private static Task CoordinateNodeAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(view => view.NodeIndex(name), _ =>
            Sight.Node(call, name) && call.Agent.CoordinateOf(name) is { } place ? new JsonArray(ConsulShapes.Coordinate(name, place)) : null);
    }

    private static JsonArray Coordinates(ApiCall call, IEnumerable<string> nodes) => new(
        [.. call.Visible(nodes, name => Sight.Node(call, name))
            .Select(name => call.Agent.CoordinateOf(name) is { } place ? ConsulShapes.Coordinate(name, place) : null).Where(place => place is not null)]);
}
