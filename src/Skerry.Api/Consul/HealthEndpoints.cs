using System.Text.Json.Nodes;

using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>How nodes and services fare.</summary>
internal static class HealthEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/health/node/{name}", "Checks of a node", NodeAsync),
        new("GET", "/v1/health/checks/{name}", "Checks of a service", ChecksAsync),
        new("GET", "/v1/health/service/{name}", "Instances of a service with their checks", ServiceAsync),
        new("GET", "/v1/health/state/{state}", "Checks in a state: any, passing, warning, critical", StateAsync),
    ];

    private static Task NodeAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(view => view.NodeIndex(name), view => new JsonArray([.. Sight.Checks(call, view.ChecksOn(name)).Select(ConsulShapes.Check)]));
    }

    private static Task ChecksAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(view => view.ServiceIndex(name), view => new JsonArray(
            [.. Sight.Instances(call, Nearness.Select(call, view.Instances(name)))
                .SelectMany(entry => entry.Checks.Where(check => check.Definition.ServiceId == entry.Service.Id)).Select(ConsulShapes.Check)]));
    }

    private static Task ServiceAsync(ApiCall call)
    {
        var name = call.Path("name");
        return call.ReadAsync(view => view.ServiceIndex(name), view =>
        {
            var entries = Nearness.Select(call, view.Instances(name));
            if (call.Flag("passing")) entries = entries.Where(entry => entry.Status == CheckStatus.Passing);
            return new JsonArray([.. Sight.Instances(call, entries).Select(ConsulShapes.Entry)]);
        });
    }

    private static Task StateAsync(ApiCall call)
    {
        var state = call.Path("state");
        CheckStatus? wanted = state switch
        {
            "any" => null,
            "passing" => CheckStatus.Passing,
            "warning" => CheckStatus.Warning,
            "critical" => CheckStatus.Critical,
            _ => throw new ApiException(400, $"Unknown check state \"{state}\": must be any, passing, warning or critical"),
        };
        return call.ReadAsync(view => Nearness.Index(call, view, view.ChecksIndex), view =>
        {
            var checks = view.Checks.Where(check => wanted is null || check.Status == wanted).Where(check => Nearness.HasMeta(call, view.Nodes[check.Node]));
            return new JsonArray([.. Nearness.Sort(call, Sight.Checks(call, checks), check => check.Node).Select(ConsulShapes.Check)]);
        });
    }
}
