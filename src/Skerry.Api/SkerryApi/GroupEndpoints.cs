using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Consul;
using Skerry.Api.Http;
using Skerry.Manifest;

namespace Skerry.Api.SkerryApi;

/// <summary>The members of the group that agrees: how they fare, and changes of them. Any node may be asked.</summary>
internal static class GroupEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("GET", "/v1/skerry/group", "Members of the group that agrees: role, leader, log, lag, state hash", StatusAsync),
        new("PUT", "/v1/skerry/group/recover", "Bring the group back from this node alone, its majority lost for good; without confirm: say what would be", RecoverAsync),
        new("PUT", "/v1/skerry/group/members/{node}", "Add a node as an observer", AddAsync),
        new("DELETE", "/v1/skerry/group/members/{node}", "Remove a member", call => ChangeAsync(call, (group, id) => group.RemoveAsync(id, call.Aborted))),
        new("PUT", "/v1/skerry/group/members/{node}/promote", "Give an observer that has caught up a vote", call => ChangeAsync(call, (group, id) => group.PromoteAsync(id, call.Aborted))),
        new("PUT", "/v1/skerry/group/members/{node}/demote", "Take a member's vote", call => ChangeAsync(call, (group, id) => group.DemoteAsync(id, call.Aborted))),
        new("PUT", "/v1/skerry/group/members/{node}/lead", "Hand leadership to a member", call => ChangeAsync(call, (group, id) => group.TransferAsync(id, call.Aborted))),
    ];

    private static async Task RecoverAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Write);
        var body = await call.ReadBodyAsync();
        var isConfirmed = body.Flag("confirm");
        var outcome = await call.Members.RecoverAsync([.. body.Texts("lost")], isConfirmed, call.Aborted);
        var names = string.Join(", ", outcome.Nodes);
        if (outcome.Refusal != RecoveryRefusal.None) throw Refused(outcome.Refusal, names);
        await call.JsonAsync(new JsonObject
        {
            ["done"] = isConfirmed,
            ["node"] = call.Options.NodeName,
            ["index"] = outcome.LastIndex,
            ["term"] = outcome.LastTerm,
            ["agreed"] = outcome.CommitIndex,
            ["lost"] = ConsulShapes.Texts([.. outcome.Nodes]),
            ["others"] = ConsulShapes.Texts([.. outcome.Others]),
        });
    }

    private static ApiException Refused(RecoveryRefusal refusal, string names) => new(StatusCodes.Status409Conflict, refusal switch
    {
        RecoveryRefusal.NoMember => "This node belongs to no group yet, or has nothing in its log: there is nothing here to bring back.",
        RecoveryRefusal.HasLeader => $"The group agrees: {names} leads it. There is nothing to recover.",
        RecoveryRefusal.ServersAlive =>
            $"{names} of this group can still be seen, or answers: with others a majority may live or come back, and may have acknowledged more than this node knows. Bring the failed servers back. "
            + "Only if they are gone for good: see with skerry group status who has the highest term and index, stop all servers but that one, and recover there.",
        _ => $"Not all servers were named as lost: {names}. Make sure that they never run again with the disks they have, and name each with --lost.",
    });

    private static async Task StatusAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Read);
        await call.JsonAsync(Shape(call, await call.Members.ReportAsync(call.Aborted)));
    }

    private static async Task AddAsync(ApiCall call)
    {
        call.Require(AclResource.Operator, AclAccess.Write);
        var node = call.Path("node");
        MemberNames.Ensure(await call.Members.AddAsync(node, call.Aborted), node);
        await call.JsonAsync(JsonValue.Create(true));
    }

    private static async Task ChangeAsync(ApiCall call, Func<IManifestGroup, ulong, Task<ManifestError>> change)
    {
        call.Require(AclResource.Operator, AclAccess.Write);
        var member = MemberNames.Find(call, call.Path("node"));
        MemberNames.Ensure(await change(call.Members, member.Id), member.Name);
        await call.JsonAsync(JsonValue.Create(true));
    }

    private static JsonObject Shape(ApiCall call, GroupReport report) => new()
    {
        ["group"] = call.Options.Group,
        ["leader"] = report.Members.FirstOrDefault(member => member.IsLeader)?.Node,
        ["term"] = report.Term,
        ["failureTolerance"] = report.FailureTolerance,
        ["outside"] = report.IsOutside ? call.Options.NodeName : null,
        ["members"] = new JsonArray([.. report.Members.Select(Shape)]),
    };

    private static JsonObject Shape(GroupMemberReport member) => new()
    {
        ["node"] = member.Node,
        ["id"] = MemberNames.IdOf(member.Id),
        ["role"] = member.IsVoter ? "server" : "observer",
        ["leader"] = member.IsLeader,
        ["alive"] = member.IsAlive,
        ["reachable"] = member.IsReachable,
        ["term"] = member.Term,
        ["index"] = member.LastIndex,
        ["lag"] = member.Lag,
        ["silenceMilliseconds"] = member.Silence?.TotalMilliseconds,
        ["stateIndex"] = member.HashIndex,
        ["stateHash"] = member.HashIndex == 0 ? null : MemberNames.IdOf(member.Hash),
        ["differs"] = ConsulShapes.Texts([.. member.Differs]),
        ["unsafe"] = member.IsUnsafe,
    };
}
