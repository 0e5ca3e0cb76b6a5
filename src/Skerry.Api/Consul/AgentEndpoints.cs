using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>What Consul's clients ask of the agent beside them: itself, its members, its own services and checks.</summary>
internal static class AgentEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/agent/self", "This node: configuration, member entry, statistics", SelfAsync),
        new("GET", "/v1/agent/version", "Version of this agent", VersionAsync),
        new("GET", "/v1/agent/members", "Members of the group as gossip sees them", MembersAsync),
        new("GET", "/v1/agent/services", "Services registered with this node, by id", ServicesAsync),
        new("GET", "/v1/agent/service/{id}", "One service registered with this node", ServiceAsync),
        new("GET", "/v1/agent/checks", "Checks of this node, by id", ChecksAsync),
        new("PUT", "/v1/agent/service/register", "Register a service with this node", RegisterServiceAsync),
        new("PUT", "/v1/agent/service/deregister/{id}", "Deregister a service", DeregisterServiceAsync),
        new("PUT", "/v1/agent/service/maintenance/{id}", "Put a service in or out of maintenance", ServiceMaintenanceAsync),
        new("PUT", "/v1/agent/maintenance", "Put this node in or out of maintenance", NodeMaintenanceAsync),
        new("PUT", "/v1/agent/check/register", "Register a check with this node", RegisterCheckAsync),
        new("PUT", "/v1/agent/check/deregister/{id}", "Deregister a check", DeregisterCheckAsync),
        new("PUT", "/v1/agent/check/pass/{id}", "Report a TTL check passing", call => ReportAsync(call, CheckStatus.Passing)),
        new("PUT", "/v1/agent/check/warn/{id}", "Report a TTL check warning", call => ReportAsync(call, CheckStatus.Warning)),
        new("PUT", "/v1/agent/check/fail/{id}", "Report a TTL check critical", call => ReportAsync(call, CheckStatus.Critical)),
        new("PUT", "/v1/agent/check/update/{id}", "Report a TTL check with status and output", UpdateCheckAsync),
        new("PUT", "/v1/agent/join/{address}", "Join through another member", JoinAsync),
        new("PUT", "/v1/agent/leave", "Leave the group gracefully and stop", LeaveAsync),
        new("PUT", "/v1/agent/force-leave/{node}", "Force a failed member out", ForceLeaveAsync),
        new("PUT", "/v1/agent/reload", "Read the configuration file again", ReloadAsync),
        new("GET", "/v1/agent/monitor", "Log lines as they come", MonitorAsync),
        new("GET", "/v1/agent/health/service/id/{id}", "Health of one local service: 200, 429 or 503", ServiceHealthByIdAsync),
        new("GET", "/v1/agent/health/service/name/{name}", "Health of the local instances of a service", ServiceHealthByNameAsync),
    ];

    private static Task SelfAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Read);
        var self = call.Agent.Self;
        return call.JsonAsync(new JsonObject
        {
            ["Config"] = new JsonObject
            {
                ["Datacenter"] = call.Options.Group,
                ["PrimaryDatacenter"] = call.Options.Group,
                ["NodeName"] = call.Options.NodeName,
                ["NodeID"] = call.Options.NodeId,
                ["Server"] = false,
                ["Version"] = call.Options.Version,
                ["Revision"] = "",
            },
            ["DebugConfig"] = JsonSerializer.SerializeToNode(call.Agent.Configuration),
            ["Coord"] = call.Agent.CoordinateOf(call.Options.NodeName) is { } place ? ConsulShapes.Coordinate(call.Options.NodeName, place)["Coord"]!.DeepClone() : null,
            ["Member"] = ConsulShapes.Member(self),
            ["Stats"] = new JsonObject
            {
                ["agent"] = new JsonObject
                {
                    ["services"] = call.Catalog.LocalServices.Count.ToString(CultureInfo.InvariantCulture),
                    ["checks"] = call.Catalog.LocalChecks.Count.ToString(CultureInfo.InvariantCulture),
                },
                ["serf_lan"] = new JsonObject
                {
                    ["members"] = call.Agent.Members.Length.ToString(CultureInfo.InvariantCulture),
                    ["health_score"] = call.Agent.HealthScore.ToString(CultureInfo.InvariantCulture),
                },
            },
            ["Meta"] = call.Catalog.Current.Nodes.TryGetValue(call.Options.NodeName, out var node) ? ConsulShapes.Map(node.Meta) : new JsonObject(),
        });
    }

    private static Task VersionAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Read);
        return call.JsonAsync(new JsonObject { ["HumanVersion"] = call.Options.Version, ["SHA"] = "", ["BuildDate"] = "" });
    }

    private static Task MembersAsync(ApiCall call)
    {
        var filter = call.ReadFilter();
        var json = new JsonArray([.. (call.Flag("wan") ? WideMembers(call) : call.Visible(call.Agent.Members, member => Sight.Node(call, member.Name))).Select(ConsulShapes.Member)]);
        return call.JsonAsync(filter?.Apply(json) ?? json);
    }

    /// <summary>The nodes that speak for their groups, this one too, each named as in Consul's pool: <c>NODE.GROUP</c>. Only those of this group have a gossip port.</summary>
    private static IEnumerable<ApiMember> WideMembers(ApiCall call)
    {
        var snapshot = call.Catalog.Current;
        var own = call.Visible(call.Agent.Members.Where(member => member.Name == call.Options.NodeName || snapshot.Bridges.ContainsKey(member.Name)), member => Sight.Node(call, member.Name));
        var others =
            from node in Sight.Nodes(call, snapshot.Groups.Values.SelectMany(other => other.Nodes.Values))
            where snapshot.Bridges.ContainsKey(node.Name)
            let address = IPAddress.TryParse(node.Address, out var parsed) ? parsed : IPAddress.None
            let tags = call.Agent.Self.Tags.Clear().Add("group", node.Group)
            select new ApiMember($"{node.Name}.{node.Group}", new IPEndPoint(address, 0), node.Alive ? 1 : 4, tags, call.Agent.Self.Versions);
        return [.. own.Select(member => member with { Name = $"{member.Name}.{call.Options.Group}" }), .. others];
    }

    private static Task ServicesAsync(ApiCall call)
    {
        var filter = call.ReadFilter();
        var json = new JsonObject(call.Visible(call.Catalog.LocalServices.Values, local => Sight.Service(call, local.Service.Name)).Select(local =>
            KeyValuePair.Create(local.Service.Id, (JsonNode?)ConsulShapes.Service(local.Service, call.Options.Group, withIndexes: false))));
        return call.JsonAsync(filter?.Apply(json) ?? json);
    }

    private static async Task ServiceAsync(ApiCall call)
    {
        var id = call.Path("id");
        var wanted = call.Query("hash");
        using var limit = call.LimitWait();
        var snapshot = call.Catalog.Current;
        while (true)
        {
            if (!call.Catalog.LocalServices.TryGetValue(id, out var local)) throw UnknownService(id);
            call.Require(AclResource.Service, local.Service.Name, AclAccess.Read);
            var json = ConsulShapes.Service(local.Service, call.Options.Group, withIndexes: false);
            var hash = ConsulShapes.ContentHash(json);
            if (wanted != hash || limit.IsCancellationRequested)
            {
                json["ContentHash"] = hash;
                call.Http.Response.Headers["X-Consul-ContentHash"] = hash;
                await call.JsonAsync(json);
                return;
            }

            try
            {
                snapshot = await call.Catalog.NextAsync(snapshot, limit.Token);
            }
            catch (OperationCanceledException) when (!call.Aborted.IsCancellationRequested)
            {
                // The time is over: what is known is the answer.
            }
        }
    }

    private static Task ChecksAsync(ApiCall call)
    {
        var filter = call.ReadFilter();
        var checks = call.Visible(call.Catalog.LocalChecks, entry => Sight.LocalCheck(call, entry.Value));
        var json = new JsonObject(checks.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)ConsulShapes.Check(entry.Value))));
        return call.JsonAsync(filter?.Apply(json) ?? json);
    }

    private static async Task RegisterServiceAsync(ApiCall call)
    {
        var (service, checks) = RegistrationReader.Service(await call.ReadBodyAsync(), call.Options.NodeName);
        call.Require(AclResource.Service, service.Name, AclAccess.Write);
        RequireService(call, service.Id);
        await call.Catalog.RegisterServiceAsync(service, checks, call.Flag("replace-existing-checks"), call.Aborted);
    }

    private static async Task DeregisterServiceAsync(ApiCall call)
    {
        RequireService(call, call.Path("id"));
        if (!await call.Catalog.DeregisterServiceAsync(call.Path("id"), call.Aborted)) throw UnknownService(call.Path("id"));
    }

    private static async Task ServiceMaintenanceAsync(ApiCall call)
    {
        RequireService(call, call.Path("id"));
        if (!await call.Catalog.SetServiceMaintenanceAsync(call.Path("id"), Enable(call), call.Query("reason") ?? "", call.Aborted)) throw UnknownService(call.Path("id"));
    }

    private static Task NodeMaintenanceAsync(ApiCall call)
    {
        call.Require(AclResource.Node, call.Options.NodeName, AclAccess.Write);
        return call.Catalog.SetNodeMaintenanceAsync(Enable(call), call.Query("reason") ?? "", call.Aborted);
    }

    private static bool Enable(ApiCall call) => call.Query("enable") switch
    {
        null or "" => throw new ApiException(400, "Missing value for enable"),
        "true" or "1" => true,
        "false" or "0" => false,
        var other => throw new ApiException(400, $"Invalid value for enable: \"{other}\""),
    };

    private static async Task RegisterCheckAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var check = RegistrationReader.Check(body, "", "", body.Text("ServiceID"));
        if (check.ServiceId.Length == 0) call.Require(AclResource.Node, call.Options.NodeName, AclAccess.Write);
        else RequireService(call, check.ServiceId);
        RequireCheck(call, check.Id);
        await call.Catalog.RegisterCheckAsync(check, call.Aborted);
    }

    private static async Task DeregisterCheckAsync(ApiCall call)
    {
        RequireCheck(call, call.Path("id"));
        if (!await call.Catalog.DeregisterCheckAsync(call.Path("id"), call.Aborted)) throw UnknownCheck(call.Path("id"));
    }

    private static async Task ReportAsync(ApiCall call, CheckStatus status)
    {
        RequireCheck(call, call.Path("id"));
        if (!await call.Catalog.ReportTtlAsync(call.Path("id"), status, call.Query("note") ?? "", call.Aborted)) throw UnknownCheck(call.Path("id"));
    }

    private static async Task UpdateCheckAsync(ApiCall call)
    {
        RequireCheck(call, call.Path("id"));
        var body = await call.ReadBodyAsync();
        if (!RegistrationReader.TryStatus(body.Text("Status"), out var status)) throw new ApiException(400, $"Invalid check status: '{body.Text("Status")}'");
        if (!await call.Catalog.ReportTtlAsync(call.Path("id"), status, body.Text("Output"), call.Aborted)) throw UnknownCheck(call.Path("id"));
    }

    private static Task JoinAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Write);
        return call.Agent.JoinAsync([call.Path("address")], call.Aborted);
    }

    private static Task LeaveAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Write);
        return call.Agent.LeaveAsync(call.Aborted);
    }

    private static Task ReloadAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Write);
        return call.Agent.ReloadAsync(call.Aborted);
    }

    private static async Task ForceLeaveAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Write);
        if (!await call.Agent.ForceLeaveAsync(call.Path("node"), call.Flag("prune"), call.Aborted))
            throw new ApiException(500, $"agent: No node found with name '{call.Path("node")}'");
    }

    private static async Task MonitorAsync(ApiCall call)
    {
        call.RequireAgent(AclAccess.Read);
        // An agent that stops does not wait for who watches its log.
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, call.Stopping);
        var lines = call.Agent.MonitorAsync(call.Query("loglevel") ?? "info", call.Flag("logjson"), watching.Token);
        call.Http.Response.ContentType = "text/plain; charset=utf-8";
        await call.Http.Response.StartAsync(call.Aborted);
        await foreach (var line in lines)
        {
            await call.Http.Response.WriteAsync(line + "\n", call.Aborted);
            await call.Http.Response.Body.FlushAsync(call.Aborted);
        }
    }

    private static Task ServiceHealthByIdAsync(ApiCall call)
    {
        var id = call.Path("id");
        if (!call.Catalog.LocalServices.TryGetValue(id, out var local)) throw new ApiException(404, $"ServiceId {id} not found");
        call.Require(AclResource.Service, local.Service.Name, AclAccess.Read);
        return HealthAsync(call, local.Status, () => Aggregate(call, local));
    }

    private static Task ServiceHealthByNameAsync(ApiCall call)
    {
        var name = call.Path("name");
        call.Require(AclResource.Service, name, AclAccess.Read);
        var locals = call.Catalog.LocalServices.Values.Where(local => local.Service.Name == name).ToArray();
        if (locals.Length == 0) throw new ApiException(404, $"ServiceName {name} Not Found");
        return HealthAsync(call, locals.Max(local => local.Status), () => new JsonArray([.. locals.Select(local => Aggregate(call, local))]));
    }

    private static JsonObject Aggregate(ApiCall call, LocalService local) => new()
    {
        ["AggregatedStatus"] = ConsulShapes.Status(local.Status),
        ["Service"] = ConsulShapes.Service(local.Service, call.Options.Group, withIndexes: false),
        ["Checks"] = new JsonArray([.. call.Catalog.LocalChecks.Values
            .Where(check => check.Definition.ServiceId.Length == 0 || check.Definition.ServiceId == local.Service.Id).Select(ConsulShapes.Check)]),
    };

    private static Task HealthAsync(ApiCall call, CheckStatus status, Func<JsonNode> body)
    {
        call.Http.Response.StatusCode = status switch
        {
            CheckStatus.Passing => StatusCodes.Status200OK,
            CheckStatus.Warning => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
        return call.Query("format") == "text" ? call.TextAsync(ConsulShapes.Status(status), call.Http.Response.StatusCode) : call.JsonAsync(body());
    }

    /// <summary>What is done to a service that is there takes its name; of one that is not nobody is told more than that.</summary>
    private static void RequireService(ApiCall call, string id)
    {
        if (call.Catalog.LocalServices.TryGetValue(id, out var local)) call.Require(AclResource.Service, local.Service.Name, AclAccess.Write);
    }

    /// <summary>A check of a service is the service's, any other the node's.</summary>
    private static void RequireCheck(ApiCall call, string id)
    {
        if (!call.Catalog.LocalChecks.TryGetValue(id, out var check)) return;
        if (check.ServiceName.Length > 0) call.Require(AclResource.Service, check.ServiceName, AclAccess.Write);
        else call.Require(AclResource.Node, call.Options.NodeName, AclAccess.Write);
    }

    private static ApiException UnknownService(string id) =>
        new(404, $"Unknown service ID \"{id}\". Ensure that the service ID is passed, not the service name.");

    private static ApiException UnknownCheck(string id) => new(404, $"Unknown check ID \"{id}\". Ensure that the check ID is passed, not the check name.");
}
