using System.Text.Json.Nodes;

using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Catalog;
using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>Sessions, which hold locks. Consul's rules and words.</summary>
internal static class SessionEndpoints
{
    private const int MaxBody = 64 * 1024;
    private const int LongestDelay = 60;

    private static readonly TimeSpan ShortestTtl = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestTtl = TimeSpan.FromHours(24);

    public static IEnumerable<ApiRoute> Routes { get; } =
    [
        new("PUT", "/v1/session/create", "Make a session, bound to its node's health unless said otherwise", CreateAsync),
        new("PUT", "/v1/session/destroy/{id}", "End a session: its keys are let go or deleted", DestroyAsync),
        new("PUT", "/v1/session/renew/{id}", "Give a session its whole time again", RenewAsync),
        new("GET", "/v1/session/info/{id}", "A session", call => ListAsync(call, session => session.Id == call.Path("id"))),
        new("GET", "/v1/session/node/{name}", "Sessions of a node", call => ListAsync(call, session => session.Node == call.Path("name"))),
        new("GET", "/v1/session/list", "All sessions", call => ListAsync(call, _ => true)),
    ];

    private static async Task ListAsync(ApiCall call, Func<ManifestSession, bool> wanted)
    {
        var sessions = await new ManifestQuery(call).ReadSessionsAsync();
        await call.JsonAsync(ManifestShapes.Sessions(call.Visible(sessions.Where(wanted), session => call.Allows(AclResource.Session, session.Node, AclAccess.Read))));
    }

    private static async Task CreateAsync(ApiCall call)
    {
        ManifestQuery.RequireOwnGroup(call);
        var body = await call.ReadBytesAsync(MaxBody, size => new ApiException(413, $"Request body({size} bytes) too large, max size: {MaxBody} bytes."));
        var session = Read(body.IsEmpty ? new LooseObject([], "") : LooseObject.Read(body.Span), call.Options.NodeName);
        call.Require(AclResource.Session, session.Node, AclAccess.Write);
        CheckHealth(call.Catalog.Current, session);
        var result = await call.Manifest.CreateSessionAsync(session, call.Aborted);
        if (result.Error == ManifestError.Malformed)
            throw new ApiException(400, $"A session has at most {ManifestSession.MaxChecks} checks, and names of at most {ManifestSession.MaxText} bytes");
        result.Done();
        await call.JsonAsync(new JsonObject { ["ID"] = session.Id });
    }

    private static async Task DestroyAsync(ApiCall call)
    {
        ManifestQuery.RequireOwnGroup(call);
        await RequireAsync(call);
        (await call.Manifest.EndSessionsAsync([call.Path("id")], call.Aborted)).Done();
        await call.JsonAsync(JsonValue.Create(true));
    }

    private static async Task RenewAsync(ApiCall call)
    {
        ManifestQuery.RequireOwnGroup(call);
        await RequireAsync(call);
        var result = await call.Manifest.RenewSessionAsync(call.Path("id"), call.Aborted);
        if (result.Error == ManifestError.SessionNotFound) throw new ApiException(404, $"Session id '{call.Path("id")}' not found");
        result.Done();
        var renewed = (result as SessionResult)?.Session ?? Find(call);
        await call.JsonAsync(ManifestShapes.Sessions(renewed is null ? [] : [renewed]));
    }

    /// <summary>A session is its node's. One that this node does not know may have reached the group just now.</summary>
    private static async Task RequireAsync(ApiCall call)
    {
        if (call.Authorizer is AllowAll) return;
        if (Find(call) is null && await call.Manifest.BarrierAsync(call.Aborted) is var unproved and not ManifestError.None) throw ManifestErrors.Of(unproved);
        if (Find(call) is { } session) call.Require(AclResource.Session, session.Node, AclAccess.Write);
    }

    private static ManifestSession? Find(ApiCall call) => call.Manifest.FindSession(call.Path("id"));

    private static ManifestSession Read(LooseObject body, string ownNode)
    {
        var behavior = body.Text("Behavior");
        var delay = body.Duration("LockDelay", TimeSpan.FromSeconds(15), secondsBelow: 1000);
        var node = body.Text("Node");
        return new ManifestSession
        {
            Id = Guid.NewGuid().ToString(),
            Name = body.Text("Name"),
            Node = node.Length > 0 ? node : ownNode,
            LockDelay = (long)Math.Min(delay.TotalMilliseconds, LongestDelay * 1000),
            Ttl = Ttl(body.Text("TTL")),
            Behavior = behavior switch
            {
                "" or "release" => SessionBehavior.Release,
                "delete" => SessionBehavior.Delete,
                _ => throw new ApiException(500, $"Invalid Behavior setting '{behavior}'"),
            },
            Checks = NodeChecks(body),
            ServiceChecks = [.. body.Objects("ServiceChecks").Select(check => check.Text("ID"))],
        };
    }

    /// <summary>Where none are named, the node's health as membership has it; an empty list is none. Clients of long ago say <c>Checks</c>.</summary>
    private static IReadOnlyList<string> NodeChecks(LooseObject body)
    {
        if (body.Names("NodeChecks")) return body.Texts("NodeChecks");
        return body.Names("Checks") ? body.Texts("Checks") : ["serfHealth"];
    }

    private static long Ttl(string text)
    {
        if (text.Length == 0) return 0;
        if (!GoDuration.TryParse(text, out var ttl)) throw new ApiException(500, $"Session TTL '{text}' invalid: it must be a duration such as 15s");
        if (ttl == TimeSpan.Zero) return 0;
        if (ttl < ShortestTtl || ttl > LongestTtl) throw new ApiException(500, $"Invalid Session TTL '{ttl.Ticks * 100}', must be between [10s=24h0m0s]");
        return (long)Math.Ceiling(ttl.TotalSeconds);
    }

    private static void CheckHealth(CatalogSnapshot snapshot, ManifestSession session)
    {
        if (!snapshot.Nodes.ContainsKey(session.Node)) throw new ApiException(500, "Missing node registration");
        var checks = snapshot.ChecksOn(session.Node);
        foreach (var id in session.Checks.Concat(session.ServiceChecks))
        {
            var check = checks.FirstOrDefault(check => check.Definition.Id == id) ?? throw new ApiException(500, $"Missing check '{id}' registration");
            if (check.Status == CheckStatus.Critical) throw new ApiException(500, $"Check '{id}' is in critical state");
        }
    }
}
