using System.Text.RegularExpressions;

using Skerry.Api.Http;
using Skerry.Catalog;
using Skerry.Manifest;

namespace Skerry.Api.Tests.Acl;

/// <summary>Every door asks.</summary>
public sealed partial class EnforcementTests : IAsyncLifetime
{
    /// <summary>Endpoints that answer everybody: they tell nothing that is anybody's.</summary>
    private static readonly string[] Open =
    [
        "GET /healthz", "GET /v1/skerry/version", "GET /v1/catalog/datacenters", "GET /v1/status/leader", "GET /v1/status/peers",
        // Each says for itself who may: the first where there is none yet, then whoever has the secret.
        "PUT /v1/acl/bootstrap", "GET /v1/acl/replication",
    ];

    /// <summary>Endpoints that leave out of their answers what is not for the one who asks.</summary>
    private static readonly string[] Filtered =
    [
        "GET /v1/agent/members", "GET /v1/agent/services", "GET /v1/agent/checks",
        "GET /v1/catalog/nodes", "GET /v1/catalog/services", "GET /v1/catalog/service/{name}", "GET /v1/catalog/node/{name}", "GET /v1/catalog/node-services/{name}",
        "GET /v1/coordinate/datacenters", "GET /v1/coordinate/nodes", "GET /v1/coordinate/node/{name}",
        "GET /v1/health/node/{name}", "GET /v1/health/checks/{name}", "GET /v1/health/service/{name}", "GET /v1/health/state/{state}",
        "GET /v1/event/list", "GET /v1/session/info/{id}", "GET /v1/session/node/{name}", "GET /v1/session/list",
        "GET /v1/skerry/members", "GET /v1/skerry/services",
    ];

    private GuardedApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await GuardedApi.StartAsync();
        var check = new CheckDefinition { Id = "web-ttl", Name = "web's", ServiceId = "web-1", Type = CheckType.Ttl, TimeToLive = TimeSpan.FromHours(1) };
        await _api.Api.Catalog.RegisterServiceAsync(new() { Id = "web-1", Name = "web", Node = "here" }, [check], false, CancellationToken.None);
        await _api.Api.Catalog.RegisterServiceAsync(new() { Id = "db-1", Name = "db", Node = "here" }, [], false, CancellationToken.None);
        await _api.Api.Catalog.RegisterCheckAsync(check with { Id = "disk", Name = "disk", ServiceId = "" }, CancellationToken.None);
        await _api.Manifest.CreateSessionAsync(new ManifestSession { Id = "x", Node = "here" }, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Every_endpoint_refuses_who_has_no_token()
    {
        var findings = new List<string>();
        foreach (var route in ApiServer.Routes.Where(route => !Open.Contains(Name(route))))
        {
            if (await FindAsync(route.Method, route.Pattern) is { } finding) findings.Add($"{Name(route)} {finding}");
        }

        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Fact]
    public async Task Lists_leave_out_what_a_token_may_not_see_and_say_so()
    {
        var secret = await _api.TokenAsync("""service "web" { policy = "read" }  node "here" { policy = "read" }""");
        Assert.Equal("""{"web":[]}""", (await _api.DoAsync(secret, "GET", "/v1/catalog/services")).ToJsonString());
        Assert.Equal(["web-1"], (await _api.DoAsync(secret, "GET", "/v1/agent/services")).AsObject().Select(entry => entry.Key));
        Assert.Equal(["disk", "web-ttl"], (await _api.DoAsync(secret, "GET", "/v1/agent/checks")).AsObject().Select(entry => entry.Key).Order());
        Assert.Equal(["web-1"], (await _api.DoAsync(secret, "GET", "/v1/catalog/node/here"))["Services"]!.AsObject().Select(entry => entry.Key));
        Assert.Single((await _api.DoAsync(secret, "GET", "/v1/health/service/web")).AsArray());
        Assert.Empty((await _api.DoAsync(secret, "GET", "/v1/health/service/db")).AsArray());
        Assert.Equal("true", await FilteredAsync(secret, "/v1/catalog/services"));
        Assert.Null(await FilteredAsync(secret, "/v1/catalog/nodes"));
        Assert.Equal("true", await FilteredAsync(secret, "/v1/health/service/db"));
        // Who brings no token is not told that there would be more.
        Assert.Null(await FilteredAsync("", "/v1/catalog/services"));
    }

    [Fact]
    public async Task A_service_without_its_node_is_not_shown_in_the_catalog()
    {
        var secret = await _api.TokenAsync("""service_prefix "" { policy = "read" }""");
        Assert.Equal("""{"db":[],"web":[]}""", (await _api.DoAsync(secret, "GET", "/v1/catalog/services")).ToJsonString());
        Assert.Empty((await _api.DoAsync(secret, "GET", "/v1/catalog/service/web")).AsArray());
        Assert.Empty((await _api.DoAsync(secret, "GET", "/v1/health/service/web")).AsArray());
        Assert.Equal(404, (await _api.AskAsync(secret, "GET", "/v1/catalog/node/here")).Status);
    }

    [Fact]
    public async Task Services_and_checks_are_changed_by_who_may_write_them()
    {
        var secret = await _api.TokenAsync("""service "web" { policy = "write" }""");
        await _api.DoAsync(secret, "PUT", "/v1/agent/check/pass/web-ttl");
        await _api.DoAsync(secret, "PUT", "/v1/agent/check/register", """{"Name":"c2","ServiceID":"web-1","TTL":"1h"}""");
        await _api.DoAsync(secret, "PUT", "/v1/agent/service/register", """{"Name":"web","ID":"web-2"}""");
        await RefusedAsync("service:write", secret, "/v1/agent/service/register", """{"Name":"db"}""");
        // Taking over another's id, or check.
        await RefusedAsync("service:write", secret, "/v1/agent/service/register", """{"Name":"web","ID":"db-1"}""");
        await RefusedAsync("node:write", secret, "/v1/agent/check/register", """{"Name":"disk","ServiceID":"web-1","TTL":"1h"}""");
        await RefusedAsync("service:write", secret, "/v1/agent/check/register", """{"Name":"c3","ServiceID":"db-1","TTL":"1h"}""");
        await RefusedAsync("node:write", secret, "/v1/agent/check/fail/disk");
        await RefusedAsync("service:write", secret, "/v1/agent/service/deregister/db-1");
        await RefusedAsync("node:write", secret, "/v1/agent/maintenance?enable=true");
        // Who may know nothing of it is told no more than that it is not there.
        Assert.Equal(404, (await _api.AskAsync(secret, "PUT", "/v1/agent/service/deregister/none")).Status);
    }

    [Fact]
    public async Task A_waiting_read_ends_when_its_token_does()
    {
        var made = await _api.DoAsync(_api.Root, "PUT", "/v1/acl/token", """{"Policies":[{"Name":"global-management"}]}""");
        var secret = made["SecretID"]!.ToString();
        using var before = await _api.SendAsync(secret, "GET", "/v1/catalog/services");
        var index = before.Headers.GetValues("X-Consul-Index").Single();
        var waiting = _api.AskAsync(secret, "GET", $"/v1/catalog/services?index={index}&wait=30s");
        await _api.DoAsync(_api.Root, "DELETE", $"/v1/acl/token/{made["AccessorID"]}");
        await _api.DoAsync(_api.Root, "PUT", "/v1/agent/service/register", """{"Name":"other"}""");
        Assert.Equal((403, "ACL not found"), await waiting);
    }

    private static string Name(ApiRoute route) => $"{route.Method} {route.Pattern}";

    /// <summary>What is wrong with how an endpoint answers who has no token; null: nothing.</summary>
    private async Task<string?> FindAsync(string method, string pattern)
    {
        // Things that are there, as far as there are any: a refusal must not depend on it.
        var path = Placeholder().Replace(pattern, part => part.Value switch
        {
            "{state}" => "any",
            "{name}" when pattern.Contains("/node", StringComparison.Ordinal) => "here",
            "{name}" => "web",
            "{id}" when pattern.Contains("/check/", StringComparison.Ordinal) => "disk",
            "{id}" when pattern.Contains("/service/", StringComparison.Ordinal) => "web-1",
            _ => "x",
        });
        var body = pattern switch
        {
            "/v1/agent/service/register" => """{"Name":"web"}""",
            "/v1/agent/check/register" => """{"Name":"c","TTL":"1h"}""",
            "/v1/agent/check/update/{id}" => """{"Status":"passing"}""",
            "/v1/txn" => """[{"KV":{"Verb":"get","Key":"x"}}]""",
            _ => method == "GET" ? null : "{}",
        };
        var (status, text) = await _api.AskAsync("", method, path + (pattern.Contains("maintenance", StringComparison.Ordinal) ? "?enable=true" : ""), body);
        if (!Filtered.Contains($"{method} {pattern}"))
        {
            if (status == 403) return null;
            return $"answered {status} {text}: it must ask by ApiCall.Require before it does or tells anything; or, if it tells nothing that is anybody's, stand among {nameof(Open)}";
        }

        var leak = new[] { "web", "disk", "here" }.FirstOrDefault(name => text.Contains(name, StringComparison.Ordinal));
        return leak is not null ? $"tells of {leak}" : status is 200 or 404 ? null : $"answered {status} {text}";
    }

    private async Task RefusedAsync(string permission, string secret, string path, string? body = null)
    {
        var (status, text) = await _api.AskAsync(secret, "PUT", path, body ?? "{}");
        Assert.True(status == 403, $"{path}: {status} {text}");
        Assert.Contains($"lacks permission '{permission}'", text, StringComparison.Ordinal);
    }

    private async Task<string?> FilteredAsync(string secret, string path)
    {
        using var answer = await _api.SendAsync(secret, "GET", path);
        return answer.Headers.TryGetValues("X-Consul-Results-Filtered-By-ACLs", out var values) ? values.Single() : null;
    }

    [GeneratedRegex("""\{\*{0,2}\w+\}""")]
    private static partial Regex Placeholder();
}
