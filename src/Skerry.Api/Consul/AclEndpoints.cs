using System.Globalization;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using Skerry.Api.Acl;
using Skerry.Api.Http;

namespace Skerry.Api.Consul;

/// <summary>Tokens and policies. A secret is shown once, to who makes the token.</summary>
internal static class AclEndpoints
{
    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("PUT", "/v1/acl/bootstrap", "Make the first token, which may do everything; once", BootstrapAsync),
        new("PUT", "/v1/acl/token", "Make a token", CreateTokenAsync),
        new("GET", "/v1/acl/token/self", "The token of this request", SelfAsync),
        new("GET", "/v1/acl/token/{id}", "A token by its accessor", TokenAsync),
        new("PUT", "/v1/acl/token/{id}", "Change a token's description and policies", ChangeTokenAsync),
        new("PUT", "/v1/acl/token/{id}/clone", "Make a token with the policies of another", CloneTokenAsync),
        new("DELETE", "/v1/acl/token/{id}", "Take a token away", DeleteTokenAsync),
        new("GET", "/v1/acl/tokens", "All tokens; with ?policy= those that have it", TokensAsync),
        new("PUT", "/v1/acl/policy", "Make a policy", CreatePolicyAsync),
        new("GET", "/v1/acl/policy/{id}", "A policy by its id", PolicyAsync),
        new("GET", "/v1/acl/policy/name/{name}", "A policy by its name", PolicyByNameAsync),
        new("PUT", "/v1/acl/policy/{id}", "Change a policy", ChangePolicyAsync),
        new("DELETE", "/v1/acl/policy/{id}", "Take a policy away, from the tokens that have it, too", DeletePolicyAsync),
        new("GET", "/v1/acl/policies", "All policies, without their rules", PoliciesAsync),
        new("GET", "/v1/acl/replication", "Whether tokens come from another group: they never do", ReplicationAsync),
    ];

    /// <summary>Goes on only where access control is on and the one who asks may see or change it.</summary>
    private static AclService Require(ApiCall call, AclAccess access)
    {
        var acl = Acting(call).Acl;
        call.Require(AclResource.Acl, access);
        return acl;
    }

    private static TokenAuthorizer Acting(ApiCall call) => call.Authorizer as TokenAuthorizer ?? throw new ApiException(StatusCodes.Status401Unauthorized, "ACL support disabled");

    private static async Task BootstrapAsync(ApiCall call)
    {
        var acl = Acting(call).Acl;
        var secret = (await call.ReadBodyAsync(mayBeEmpty: true)).Text("BootstrapSecret");
        if (secret.Length == 0) secret = AclStore.NewId();
        else if (!Guid.TryParseExact(secret, "D", out _)) throw new ApiException(400, "Invalid bootstrap secret: it must be a UUID");
        var store = acl.OpenStore();
        var reset = new BootstrapReset(acl.Options.BootstrapResetFile, acl.Logger);
        var index = reset.TakeIndex();
        if (await store.BootstrapAsync(secret, index, call.Aborted) is not { } token)
        {
            var why = index == 0 ? "ACL bootstrap no longer allowed (" : $"Invalid bootstrap reset index (specified {index}, ";
            throw new ApiException(StatusCodes.Status403Forbidden, $"Permission denied: {why}reset index: {acl.State.BootstrapIndex})");
        }

        ApiLog.Bootstrapped(acl.Logger, token.AccessorId);
        var json = AclShapes.Token(token, acl.State, secret);
        // Older clients read the secret here.
        json["ID"] = secret;
        await call.JsonAsync(json);
    }

    private static async Task CreateTokenAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Write);
        var (token, secret) = AclReader.Token(await call.ReadBodyAsync(mayBeEmpty: true), acl.State, acl.Time.GetUtcNow());
        await call.JsonAsync(AclShapes.Token(await acl.OpenStore().CreateAsync(token, call.Aborted), acl.State, secret));
    }

    private static async Task SelfAsync(ApiCall call)
    {
        var acting = Acting(call);
        if (!acting.HasToken) throw new ApiException(StatusCodes.Status403Forbidden, "ACL not found");
        await AnswerAsync(call, acting.Acl, state => AclShapes.Token(acting.Token, state, acting.Secret), isOwn: true);
    }

    private static Task TokenAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Read);
        return AnswerAsync(call, acl, state => state.Tokens.TryGetValue(call.Path("id"), out var token) ? AclShapes.Token(token, state, AclShapes.Hidden) : throw NoToken());
    }

    private static async Task ChangeTokenAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Write);
        var body = await call.ReadBodyAsync();
        var changed = await acl.OpenStore().ChangeAsync(call.Path("id"), Change, call.Aborted) ?? throw NoToken();
        await call.JsonAsync(AclShapes.Token(changed, acl.State, AclShapes.Hidden));

        AclToken Change(AclToken token)
        {
            AclReader.CheckUnchanged(token, body);
            return AclReader.Change(token, body, acl.State);
        }
    }

    private static async Task CloneTokenAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Write);
        var body = await call.ReadBodyAsync(mayBeEmpty: true);
        if (!acl.State.Tokens.TryGetValue(call.Path("id"), out var original)) throw NoToken();
        var secret = AclStore.NewId();
        var description = body.Text("Description", original.Description);
        var clone = original with { AccessorId = AclStore.NewId(), SecretHash = AclSecret.Hash(secret), Description = description, Created = acl.Time.GetUtcNow() };
        await call.JsonAsync(AclShapes.Token(await acl.OpenStore().CreateAsync(clone, call.Aborted), acl.State, secret));
    }

    private static async Task DeleteTokenAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Write);
        var id = call.Path("id");
        if (id == AclToken.AnonymousId) throw new ApiException(400, "Delete operation not permitted on the anonymous token");
        if (id == Acting(call).Token.AccessorId) throw new ApiException(400, "Deletion of the request's authorization token is not permitted");
        if (!await acl.OpenStore().DeleteTokenAsync(id, call.Aborted)) throw NoToken();
        await call.JsonAsync(JsonValue.Create(true));
    }

    private static Task TokensAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Read);
        var policy = call.Query("policy");
        return AnswerAsync(call, acl, state => new JsonArray([.. state.Tokens.Values
            .Where(token => string.IsNullOrEmpty(policy) || token.Policies.Contains(policy))
            .OrderBy(token => token.AccessorId, StringComparer.Ordinal)
            .Select(token => AclShapes.Token(token, state, AclShapes.Hidden))]));
    }

    private static async Task CreatePolicyAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Write);
        var body = await call.ReadBodyAsync();
        if (body.Text("ID").Length > 0) throw new ApiException(400, "Cannot specify the ID when creating a new policy");
        var policy = AclReader.Policy(new AclPolicy { Id = AclStore.NewId(), Name = "" }, body);
        await call.JsonAsync(AclShapes.Policy(await acl.OpenStore().CreateAsync(policy, call.Aborted), withRules: true));
    }

    private static Task PolicyAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Read);
        return AnswerAsync(call, acl, state => AclShapes.Policy(state.Policies.GetValueOrDefault(call.Path("id")) ?? throw NoPolicy(), withRules: true));
    }

    private static Task PolicyByNameAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Read);
        return AnswerAsync(call, acl, state => AclShapes.Policy(state.FindPolicy(call.Path("name")) ?? throw NoPolicy(), withRules: true));
    }

    private static async Task ChangePolicyAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Write);
        var body = await call.ReadBodyAsync();
        if (call.Path("id") == AclPolicy.GlobalManagementId) throw new ApiException(400, "Changing the builtin global-management policy is not permitted");
        var changed = await acl.OpenStore().ChangeAsync(call.Path("id"), policy => AclReader.Policy(policy, body), call.Aborted) ?? throw NoPolicy();
        await call.JsonAsync(AclShapes.Policy(changed, withRules: true));
    }

    private static async Task DeletePolicyAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Write);
        if (call.Path("id") == AclPolicy.GlobalManagementId) throw new ApiException(400, "Delete operation not permitted on the builtin global-management policy");
        if (!await acl.OpenStore().DeletePolicyAsync(call.Path("id"), call.Aborted)) throw NoPolicy();
        await call.JsonAsync(JsonValue.Create(true));
    }

    private static Task PoliciesAsync(ApiCall call)
    {
        var acl = Require(call, AclAccess.Read);
        return AnswerAsync(call, acl, state => new JsonArray(
            [.. state.Policies.Values.OrderBy(policy => policy.Id, StringComparer.Ordinal).Select(policy => AclShapes.Policy(policy, withRules: false))]));
    }

    private static Task ReplicationAsync(ApiCall call)
    {
        Acting(call);
        return call.JsonAsync(new JsonObject
        {
            ["Enabled"] = false,
            ["Running"] = false,
            ["SourceDatacenter"] = "",
            ["ReplicationType"] = "",
            ["ReplicatedIndex"] = 0,
            ["ReplicatedTokenIndex"] = 0,
        });
    }

    /// <summary>Answers a read with what this node has, now or when that has changed.</summary>
    private static async Task AnswerAsync(ApiCall call, AclService acl, Func<AclState, JsonNode> read, bool isOwn = false)
    {
        var state = acl.State;
        if (call.Query("index") is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)) throw new ApiException(400, "Invalid index");
            using var limit = call.LimitWait();
            while (index > 0 && acl.State.Revision == index && !limit.IsCancellationRequested)
            {
                var changed = acl.Changed;
                if (acl.State.Revision == index) await changed.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            call.Aborted.ThrowIfCancellationRequested();
            state = acl.State;
            // What has changed may be the right to see it.
            if (!isOwn) call.Require(AclResource.Acl, AclAccess.Read);
        }

        var headers = call.Http.Response.Headers;
        headers["X-Consul-Index"] = Math.Max(1, state.Revision).ToString(CultureInfo.InvariantCulture);
        headers["X-Consul-KnownLeader"] = "true";
        headers["X-Consul-LastContact"] = "0";
        await call.JsonAsync(read(state));
    }

    private static ApiException NoToken() => new(StatusCodes.Status404NotFound, "Requested token does not exist: ACL not found");

    private static ApiException NoPolicy() => new(StatusCodes.Status404NotFound, "Requested policy does not exist: ACL not found");
}
