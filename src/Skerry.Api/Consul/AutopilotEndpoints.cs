using System.Globalization;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>What the leader goes by when it changes members by itself, and how they fare, in Consul's words.</summary>
internal static class AutopilotEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/operator/autopilot/configuration", "What the leader goes by when it changes members by itself", ConfigurationAsync),
        new("PUT", "/v1/operator/autopilot/configuration", "Change that; with ?cas only if it was changed last at that index", ConfigureAsync),
        new("GET", "/v1/operator/autopilot/health", "How the members fare: 200, or 429 where one does not fare well", HealthAsync),
        new("GET", "/v1/operator/autopilot/state", "How the members fare, and what they are", StateAsync),
    ];

    private static async Task<AutopilotSettings> ReadAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Read);
        var (error, settings) = await AutopilotSettings.ReadAsync(call.Manifest, call.Flag("stale"), call.Aborted);
        MemberNames.Ensure(error, "");
        return settings!;
    }

    private static async Task ConfigurationAsync(ApiCall call)
    {
        var settings = await ReadAsync(call);
        await call.JsonAsync(new JsonObject
        {
            ["CleanupDeadServers"] = settings.CleanupDeadServers,
            ["LastContactThreshold"] = GoDuration.Format(settings.LastContactThreshold),
            ["MaxTrailingLogs"] = settings.MaxTrailingLogs,
            ["MinQuorum"] = settings.MinQuorum,
            ["ServerStabilizationTime"] = GoDuration.Format(settings.ServerStabilizationTime),
            ["RedundancyZoneTag"] = "",
            ["DisableUpgradeMigration"] = false,
            ["UpgradeVersionTag"] = "",
            ["CreateIndex"] = settings.CreateRevision,
            ["ModifyIndex"] = settings.ModRevision,
        });
    }

    private static async Task ConfigureAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Write);
        var body = await call.ReadBodyAsync();
        var standard = new AutopilotSettings();
        var settings = new AutopilotSettings
        {
            // Consul takes a body for the whole: what is not in it is as if nobody had set it.
            CleanupDeadServers = !body.Has("CleanupDeadServers") || body.Flag("CleanupDeadServers"),
            LastContactThreshold = body.Duration("LastContactThreshold", standard.LastContactThreshold),
            MaxTrailingLogs = body.Number("MaxTrailingLogs", (int)standard.MaxTrailingLogs),
            MinQuorum = body.Number("MinQuorum", standard.MinQuorum),
            ServerStabilizationTime = body.Duration("ServerStabilizationTime", standard.ServerStabilizationTime),
        };
        if (settings.MaxTrailingLogs < 0) throw body.Refuse("MaxTrailingLogs", "must not be negative");
        if (settings.MinQuorum < 0) throw body.Refuse("MinQuorum", "must not be negative");
        if (settings.LastContactThreshold <= TimeSpan.Zero) throw body.Refuse("LastContactThreshold", "must be longer than nothing");
        if (!long.TryParse(call.Query("cas") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) throw new ApiException(StatusCodes.Status400BadRequest, "Error parsing cas value");
        var (error, isSet) = await settings.WriteAsync(call.Manifest, call.Query("cas") is null ? null : revision, call.Aborted);
        MemberNames.Ensure(error, "");
        await call.JsonAsync(JsonValue.Create(isSet));
    }

    private static async Task HealthAsync(ApiCall call)
    {
        var (settings, report) = (await ReadAsync(call), await call.Members.ReportAsync(call.Aborted));
        var servers = report.Members.Select(member => Health(call, report, member, settings)).ToArray();
        var isHealthy = servers.All(server => server["Healthy"]!.GetValue<bool>()) && report.Leader != 0;
        call.Http.Response.StatusCode = isHealthy ? StatusCodes.Status200OK : StatusCodes.Status429TooManyRequests;
        await call.JsonAsync(new JsonObject { ["Healthy"] = isHealthy, ["FailureTolerance"] = Math.Max(0, report.FailureTolerance), ["Servers"] = new JsonArray(servers) });
    }

    private static async Task StateAsync(ApiCall call)
    {
        var (settings, report) = (await ReadAsync(call), await call.Members.ReportAsync(call.Aborted));
        var servers = new JsonObject();
        var isHealthy = report.Leader != 0;
        foreach (var member in report.Members)
        {
            var health = Health(call, report, member, settings);
            isHealthy &= health["Healthy"]!.GetValue<bool>();
            health["NodeStatus"] = health["SerfStatus"]!.DeepClone();
            health.Remove("SerfStatus");
            health.Remove("Leader");
            health.Remove("Voter");
            health["ReadReplica"] = !member.IsVoter;
            health["Status"] = member.IsLeader ? "leader" : member.IsVoter ? "voter" : "non-voter";
            health["NodeType"] = member.IsVoter ? "voter" : "read-replica";
            health["Meta"] = new JsonObject();
            servers[MemberNames.IdOf(member.Id)] = health;
        }

        await call.JsonAsync(new JsonObject
        {
            ["Healthy"] = isHealthy,
            ["FailureTolerance"] = Math.Max(0, report.FailureTolerance),
            ["OptimisticFailureTolerance"] = Math.Max(0, report.FailureTolerance),
            ["Servers"] = servers,
            ["Leader"] = report.Leader == 0 ? "" : MemberNames.IdOf(report.Leader),
            ["Voters"] = ConsulShapes.Texts([.. report.Members.Where(member => member.IsVoter).Select(member => MemberNames.IdOf(member.Id))]),
            ["ReadReplicas"] = ConsulShapes.Texts([.. report.Members.Where(member => !member.IsVoter).Select(member => MemberNames.IdOf(member.Id))]),
        });
    }

    private static JsonObject Health(ApiCall call, GroupReport report, GroupMemberReport member, AutopilotSettings settings)
    {
        var seen = call.Agent.Members.FirstOrDefault(known => known.Name == member.Node);
        var isHealthy = member.IsAlive && member.IsReachable && member.Term == report.Term && (member.Silence ?? TimeSpan.Zero) <= settings.LastContactThreshold
            && member.Lag is { } lag && lag <= (ulong)settings.MaxTrailingLogs;
        return new JsonObject
        {
            ["ID"] = MemberNames.IdOf(member.Id),
            ["Name"] = member.Node,
            ["Address"] = MemberNames.AddressOf(call, member.Node),
            ["SerfStatus"] = seen?.Status switch { 1 => "alive", 2 => "leaving", 3 => "left", 4 => "failed", _ => "none" },
            ["Version"] = seen?.Tags.GetValueOrDefault("skerry", "") ?? "",
            ["Leader"] = member.IsLeader,
            ["LastContact"] = GoDuration.Format(member.Silence ?? TimeSpan.Zero),
            ["LastTerm"] = member.Term,
            ["LastIndex"] = member.LastIndex,
            ["Healthy"] = isHealthy,
            ["Voter"] = member.IsVoter,
            ["StableSince"] = call.Now - (member.Sound ?? TimeSpan.Zero),
        };
    }
}
