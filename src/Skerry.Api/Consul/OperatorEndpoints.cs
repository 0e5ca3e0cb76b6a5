using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Http;

namespace Skerry.Api.Consul;

/// <summary>The members of the group that agrees, in Consul's words.</summary>
internal static class OperatorEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/status/leader", "Address of the leader; empty where there is none", call => call.JsonAsync(JsonValue.Create(LeaderOf(call)))),
        new("GET", "/v1/status/peers", "Addresses of the voters", call => call.JsonAsync(ConsulShapes.Texts([.. VotersOf(call)]))),
        new("GET", "/v1/operator/raft/configuration", "Members of the group that agrees", ConfigurationAsync),
        new("DELETE", "/v1/operator/raft/peer", "Remove a member: ?id or ?address", RemoveAsync),
        new("PUT", "/v1/operator/raft/transfer-leader", "Hand leadership to another voter: ?id, or whichever is furthest", TransferAsync),
    ];

    private static string LeaderOf(ApiCall call) =>
        call.Agent is { Manifest: { } manifest, Group: { } group } && group.Members.FirstOrDefault(member => member.Id == manifest.Log.Leader) is { } leader ? MemberNames.AddressOf(call, leader.Name) : "";

    private static IEnumerable<string> VotersOf(ApiCall call) =>
        call.Agent.Group?.Members.Where(member => !member.IsLearner).Select(member => MemberNames.AddressOf(call, member.Name)) ?? [];

    private static async Task ConfigurationAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Read);
        var log = call.Manifest.Log;
        if (!call.Flag("stale"))
        {
            MemberNames.Ensure(await call.Manifest.BarrierAsync(call.Aborted), "");
            log = call.Manifest.Log;
        }

        await call.JsonAsync(new JsonObject
        {
            ["Servers"] = new JsonArray([.. call.Members.Members.OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => new JsonObject
            {
                ["ID"] = MemberNames.IdOf(member.Id),
                ["Node"] = member.Name,
                ["Address"] = MemberNames.AddressOf(call, member.Name),
                ["Leader"] = member.Id == log.Leader,
                ["ProtocolVersion"] = "3",
                ["Voter"] = !member.IsLearner,
                ["LastIndex"] = log.Committed,
            })]),
            ["Index"] = log.Committed,
        });
    }

    private static async Task RemoveAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Write);
        var (id, address) = (call.Query("id") ?? "", call.Query("address") ?? "");
        if (id.Length == 0 && address.Length == 0) throw new ApiException(StatusCodes.Status400BadRequest, "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove");
        if (id.Length > 0 && address.Length > 0) throw new ApiException(StatusCodes.Status400BadRequest, "Must specify only one of ?id or ?address");
        var member = MemberNames.Find(call, id.Length > 0 ? id : address);
        MemberNames.Ensure(await call.Members.RemoveAsync(member.Id, call.Aborted), member.Name);
    }

    private static async Task TransferAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Write);
        var leader = call.Manifest.Log.Leader;
        var heir = call.Query("id") is { Length: > 0 } id ? MemberNames.Find(call, id).Id
            : (await call.Members.ReportAsync(call.Aborted)).Members.Where(member => member is { IsVoter: true, IsReachable: true } && member.Id != leader).MaxBy(member => member.LastIndex)?.Id
            ?? throw new ApiException(StatusCodes.Status500InternalServerError, "cannot find peer to transfer leadership to");
        MemberNames.Ensure(await call.Members.TransferAsync(heir, call.Aborted), call.Members.Members.FirstOrDefault(member => member.Id == heir)?.Name ?? "");
        await call.JsonAsync(new JsonObject { ["Success"] = true });
    }
}
