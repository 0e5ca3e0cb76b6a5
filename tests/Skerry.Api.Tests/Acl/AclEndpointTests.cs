using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Skerry.Catalog.Tests;
using Skerry.Manifest;
using Skerry.Replication.Tests;

namespace Skerry.Api.Tests.Acl;

/// <summary>Tokens and policies by Consul's API.</summary>
public sealed class AclEndpointTests : IAsyncLifetime
{
    private const string Anonymous = "00000000-0000-0000-0000-000000000002";
    private const string Management = "00000000-0000-0000-0000-000000000001";

    private readonly string _resetFile = Path.Combine(Path.GetTempPath(), $"skerry-reset-{Guid.NewGuid():N}");
    private GuardedApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await GuardedApi.StartAsync(resetFile: _resetFile);

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        File.Delete(_resetFile);
    }

    [Fact]
    public async Task Bootstrap_makes_one_token_that_may_do_everything_and_is_refused_from_then_on()
    {
        var self = await _api.DoAsync(_api.Root, "GET", "/v1/acl/token/self");
        Assert.Equal(_api.Root, (string?)self["SecretID"]);
        Assert.Equal("global-management", (string?)self["Policies"]![0]!["Name"]);
        var (status, text) = await _api.AskAsync("", "PUT", "/v1/acl/bootstrap");
        Assert.Equal((403, $"Permission denied: ACL bootstrap no longer allowed (reset index: {self["CreateIndex"]})"), (status, text));
    }

    [Fact]
    public async Task Who_can_write_to_the_disk_can_bootstrap_again_once()
    {
        var index = (string)(await _api.DoAsync(_api.Root, "GET", "/v1/acl/token/self"))["CreateIndex"]!.ToString();
        await File.WriteAllTextAsync(_resetFile, "1\n");
        Assert.Equal($"Permission denied: Invalid bootstrap reset index (specified 1, reset index: {index})", (await _api.AskAsync("", "PUT", "/v1/acl/bootstrap")).Text);
        Assert.False(File.Exists(_resetFile), "The file must be good for one try.");
        await File.WriteAllTextAsync(_resetFile, "no number");
        Assert.Equal(403, (await _api.AskAsync("", "PUT", "/v1/acl/bootstrap")).Status);
        await File.WriteAllTextAsync(_resetFile, index + "\n");
        var secret = (await _api.DoAsync("", "PUT", "/v1/acl/bootstrap"))["SecretID"]!.ToString();
        await _api.DoAsync(secret, "GET", "/v1/acl/tokens");
        Assert.Equal(403, (await _api.AskAsync("", "PUT", "/v1/acl/bootstrap")).Status);
    }

    [Fact]
    public async Task Bootstrap_takes_a_secret_that_the_operator_has_chosen()
    {
        await using var api = await GuardedApi.StartAsync(isBootstrapped: false);
        Assert.Equal(400, (await api.AskAsync("", "PUT", "/v1/acl/bootstrap", """{"BootstrapSecret":"short"}""")).Status);
        const string Secret = "2b778dd9-f5f1-6f29-b4b4-9a5fa948757a";
        Assert.Equal(Secret, (string?)(await api.DoAsync("", "PUT", "/v1/acl/bootstrap", $$"""{"BootstrapSecret":"{{Secret}}"}"""))["SecretID"]);
        await api.DoAsync(Secret, "GET", "/v1/acl/policies");
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_kept_nowhere()
    {
        var made = await _api.DoAsync(_api.Root, "PUT", "/v1/acl/token", """{"Description":"d","Policies":[{"Name":"global-management"}]}""");
        var (accessor, secret) = (made["AccessorID"]!.ToString(), made["SecretID"]!.ToString());
        Assert.Equal("<hidden>", (string?)(await _api.DoAsync(_api.Root, "GET", $"/v1/acl/token/{accessor}"))["SecretID"]);
        Assert.All((await _api.DoAsync(_api.Root, "GET", "/v1/acl/tokens")).AsArray(), token => Assert.Equal("<hidden>", (string?)token!["SecretID"]));
        var stored = (RangeResult)await _api.Manifest.RangeAsync(new RangeOp { Range = KeyRange.All }, CancellationToken.None);
        Assert.NotEmpty(stored.Entries);
        Assert.All(stored.Entries, entry => Assert.DoesNotContain(secret, Encoding.UTF8.GetString(entry.Key.Span) + Encoding.UTF8.GetString(entry.Value.Span), StringComparison.Ordinal));
        Assert.Equal(secret, (string?)(await _api.DoAsync(secret, "GET", "/v1/acl/token/self"))["SecretID"]);
    }

    [Fact]
    public async Task A_token_comes_by_header_bearer_or_parameter()
    {
        using var bearer = new HttpRequestMessage(HttpMethod.Get, "/v1/acl/token/self") { Headers = { { "Authorization", "Bearer " + _api.Root } } };
        using var answer = await _api.Api.SendAsync(bearer);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await _api.DoAsync("", "GET", $"/v1/acl/token/self?token={_api.Root}");
        await _api.DoAsync(_api.Root, "GET", "/v1/acl/token/self");
        Assert.Equal((403, "ACL not found"), await _api.AskAsync("", "GET", "/v1/acl/token/self"));
    }

    [Fact]
    public async Task An_unknown_token_is_refused_and_counted()
    {
        Assert.Equal((403, "ACL not found"), await _api.AskAsync("3c6b1b1e-0000-0000-0000-3f8f6a9b1a11", "GET", "/v1/agent/self"));
        Assert.Equal(1, _api.Meters.Sum("skerry.api.acl.refused"));
        Assert.Equal(403, (await _api.AskAsync("", "GET", "/v1/agent/self")).Status);
        Assert.Equal(2, _api.Meters.Sum("skerry.api.acl.refused"));
    }

    [Fact]
    public async Task A_refusal_says_who_lacks_what()
    {
        var secret = await _api.TokenAsync("""agent_prefix "" { policy = "read" }""");
        var accessor = (string?)(await _api.DoAsync(secret, "GET", "/v1/acl/token/self"))["AccessorID"];
        Assert.Equal((403, $"Permission denied: token with AccessorID '{accessor}' lacks permission 'agent:write' on \"here\""), await _api.AskAsync(secret, "PUT", "/v1/agent/join/10.0.0.1"));
        Assert.Equal((403, $"Permission denied: token with AccessorID '{accessor}' lacks permission 'acl:read'"), await _api.AskAsync(secret, "GET", "/v1/acl/tokens"));
        Assert.Equal(
            "Permission denied: anonymous token lacks permission 'agent:read' on \"here\". The anonymous token is used implicitly when a request does not specify a token.",
            (await _api.AskAsync("", "GET", "/v1/agent/self")).Text);
    }

    [Fact]
    public async Task A_policy_is_made_read_changed_listed_and_deleted()
    {
        var made = await _api.DoAsync(_api.Root, "PUT", "/v1/acl/policy", """{"Name":"shop","Description":"d","Rules":"key_prefix \"shop/\" { policy = \"read\" }"}""");
        var id = made["ID"]!.ToString();
        Assert.Equal(made.ToJsonString(), (await _api.DoAsync(_api.Root, "GET", $"/v1/acl/policy/{id}")).ToJsonString());
        Assert.Equal(made.ToJsonString(), (await _api.DoAsync(_api.Root, "GET", "/v1/acl/policy/name/shop")).ToJsonString());
        var changed = await _api.DoAsync(_api.Root, "PUT", $"/v1/acl/policy/{id}", """{"Name":"store","Rules":"operator = \"read\""}""");
        Assert.Equal(("store", "operator = \"read\""), ((string?)changed["Name"], (string?)changed["Rules"]));
        Assert.NotEqual((string?)made["Hash"], (string?)changed["Hash"]);
        Assert.Equal(404, (await _api.AskAsync(_api.Root, "GET", "/v1/acl/policy/name/shop")).Status);
        var list = (await _api.DoAsync(_api.Root, "GET", "/v1/acl/policies")).AsArray();
        Assert.Equal(["global-management", "store"], list.Select(policy => (string?)policy!["Name"]).Order());
        Assert.All(list, policy => Assert.Null(policy!["Rules"]));
        Assert.Equal("true", (await _api.DoAsync(_api.Root, "DELETE", $"/v1/acl/policy/{id}")).ToJsonString());
        Assert.Equal((404, "Requested policy does not exist: ACL not found"), await _api.AskAsync(_api.Root, "DELETE", $"/v1/acl/policy/{id}"));
        // Its name is free again.
        await _api.DoAsync(_api.Root, "PUT", "/v1/acl/policy", """{"Name":"store"}""");
    }

    [Theory]
    [InlineData("PUT", "/v1/acl/policy", """{"Name":"a b"}""", 400, "Invalid Policy: invalid Name")]
    [InlineData("PUT", "/v1/acl/policy", """{"Name":"global-management"}""", 400, "Invalid Policy: A Policy with Name \"global-management\" already exists")]
    [InlineData("PUT", "/v1/acl/policy", """{"Name":"x","Rules":"key \"a\" { policy = \"rite\" }"}""", 400, "Failed to parse ACL rules: line 1, column 11: Invalid key policy")]
    [InlineData("PUT", "/v1/acl/policy", """{"Name":"x","ID":"1"}""", 400, "Cannot specify the ID")]
    [InlineData("PUT", "/v1/acl/policy/" + Management, """{"Name":"x"}""", 400, "Changing the builtin")]
    [InlineData("DELETE", "/v1/acl/policy/" + Management, null, 400, "Delete operation not permitted")]
    [InlineData("PUT", "/v1/acl/policy/none", """{"Name":"x"}""", 404, "Requested policy does not exist")]
    [InlineData("PUT", "/v1/acl/token", """{"Policies":[{"Name":"none"}]}""", 400, "No such ACL policy with name \"none\"")]
    [InlineData("PUT", "/v1/acl/token", """{"Policies":[{"ID":"none"}]}""", 400, "No such ACL policy with ID \"none\"")]
    [InlineData("PUT", "/v1/acl/token", """{"SecretID":"short"}""", 400, "Invalid Token: SecretID is not a valid UUID")]
    [InlineData("PUT", "/v1/acl/token", """{"AccessorID":"00000000-0000-0000-0000-000000000009"}""", 400, "Invalid Token: UUIDs with the prefix")]
    [InlineData("PUT", "/v1/acl/token", """{"Roles":[{"Name":"r"}]}""", 400, "Request decode failed: Roles is not supported")]
    [InlineData("PUT", "/v1/acl/token", """{"ExpirationTTL":"30s"}""", 400, "Invalid Token: it must end between")]
    [InlineData("DELETE", "/v1/acl/token/" + Anonymous, null, 400, "Delete operation not permitted on the anonymous token")]
    [InlineData("DELETE", "/v1/acl/token/none", null, 404, "Requested token does not exist")]
    [InlineData("PUT", "/v1/acl/token/none/clone", null, 404, "Requested token does not exist")]
    [InlineData("PUT", "/v1/acl/token/none", "{}", 404, "Requested token does not exist")]
    public async Task What_makes_no_sense_is_refused_with_the_reason(string method, string path, string? body, int status, string why)
    {
        var answer = await _api.AskAsync(_api.Root, method, path, body);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith(why, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_changed_cloned_and_taken_away()
    {
        var made = await _api.DoAsync(_api.Root, "PUT", "/v1/acl/token", """{"Description":"one"}""");
        var (id, secret) = (made["AccessorID"]!.ToString(), made["SecretID"]!.ToString());
        Assert.Equal(403, (await _api.AskAsync(secret, "GET", "/v1/acl/policies")).Status);
        // What a client has read it can write back.
        made["SecretID"] = "<hidden>";
        made["Policies"] = new JsonArray(new JsonObject { ["Name"] = "global-management" });
        await _api.DoAsync(_api.Root, "PUT", $"/v1/acl/token/{id}", made.ToJsonString());
        await _api.DoAsync(secret, "GET", "/v1/acl/policies");
        Assert.Equal((400, "Changing a token's SecretID is not permitted"), await _api.AskAsync(_api.Root, "PUT", $"/v1/acl/token/{id}", """{"SecretID":"2b778dd9-f5f1-6f29-b4b4-9a5fa948757a"}"""));
        var clone = await _api.DoAsync(_api.Root, "PUT", $"/v1/acl/token/{id}/clone", """{"Description":"two"}""");
        Assert.Equal("two", (string?)clone["Description"]);
        await _api.DoAsync(clone["SecretID"]!.ToString(), "GET", "/v1/acl/policies");
        Assert.Equal(400, (await _api.AskAsync(secret, "DELETE", $"/v1/acl/token/{id}")).Status);
        await _api.DoAsync(_api.Root, "DELETE", $"/v1/acl/token/{id}");
        Assert.Equal((403, "ACL not found"), await _api.AskAsync(secret, "GET", "/v1/acl/policies"));
    }

    [Fact]
    public async Task A_secret_is_there_once()
    {
        const string Body = """{"SecretID":"2b778dd9-f5f1-6f29-b4b4-9a5fa948757a"}""";
        await _api.DoAsync(_api.Root, "PUT", "/v1/acl/token", Body);
        Assert.Equal((400, "Invalid Token: AccessorID or SecretID is already in use"), await _api.AskAsync(_api.Root, "PUT", "/v1/acl/token", Body));
    }

    [Fact]
    public async Task The_anonymous_token_can_be_given_policies()
    {
        await _api.DoAsync(_api.Root, "PUT", "/v1/acl/policy", """{"Name":"all","Rules":"agent_prefix \"\" { policy = \"read\" }"}""");
        await _api.DoAsync(_api.Root, "PUT", "/v1/acl/token/" + Anonymous, """{"Policies":[{"Name":"all"}]}""");
        await _api.DoAsync("", "GET", "/v1/agent/self");
        await _api.DoAsync("anonymous", "GET", "/v1/agent/self");
    }

    [Fact]
    public async Task A_policy_that_goes_takes_what_it_granted_along()
    {
        var secret = await _api.TokenAsync("acl = \"read\"");
        var policy = (await _api.DoAsync(secret, "GET", "/v1/acl/token/self"))["Policies"]![0]!["ID"]!.ToString();
        await _api.DoAsync(_api.Root, "DELETE", $"/v1/acl/policy/{policy}");
        Assert.Equal(403, (await _api.AskAsync(secret, "GET", "/v1/acl/policies")).Status);
        Assert.Empty((await _api.DoAsync(secret, "GET", "/v1/acl/token/self"))["Policies"]!.AsArray());
    }

    [Fact]
    public async Task A_token_ends_at_its_time_on_a_node_and_in_the_group()
    {
        var time = new ManualTime();
        await using var api = await GuardedApi.StartAsync(time);
        var made = await api.DoAsync(api.Root, "PUT", "/v1/acl/token", """{"ExpirationTTL":"1h","Policies":[{"Name":"global-management"}]}""");
        await api.DoAsync(made["SecretID"]!.ToString(), "GET", "/v1/acl/policies");
        var stored = (RangeResult)await api.Manifest.RangeAsync(new RangeOp { Range = KeyRange.Prefix("_skerry/acl/token"u8) }, CancellationToken.None);
        var lease = Assert.Single(stored.Entries.Select(entry => entry.Lease).Where(id => id != 0).Distinct());
        Assert.InRange((await api.Manifest.TimeToLiveAsync(lease, wantsKeys: false, CancellationToken.None)).GrantedTtl, 3600, 3601);
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal((403, "ACL not found"), await api.AskAsync(made["SecretID"]!.ToString(), "GET", "/v1/acl/policies"));
        // The group's end of it.
        await api.Manifest.RevokeAsync(lease, CancellationToken.None);
        await Eventually.HoldsAsync(() => api.AskAsync(api.Root, "GET", $"/v1/acl/token/{made["AccessorID"]}").Result.Status == 404);
    }

    [Fact]
    public async Task A_list_can_be_waited_for()
    {
        using var before = await _api.SendAsync(_api.Root, "GET", "/v1/acl/policies");
        var index = before.Headers.GetValues("X-Consul-Index").Single();
        var waiting = _api.DoAsync(_api.Root, "GET", $"/v1/acl/policies?index={index}&wait=30s");
        await _api.DoAsync(_api.Root, "PUT", "/v1/acl/policy", """{"Name":"new"}""");
        Assert.Equal(2, (await waiting).AsArray().Count);
    }

    [Fact]
    public async Task While_the_group_has_no_leader_tokens_are_known_and_cannot_be_changed()
    {
        _api.Log.IsLost = true;
        await _api.DoAsync(_api.Root, "GET", "/v1/acl/tokens");
        Assert.Equal((500, "No cluster leader"), await _api.AskAsync(_api.Root, "PUT", "/v1/acl/token", "{}"));
    }

    [Fact]
    public async Task Without_access_control_there_are_no_tokens()
    {
        await using var api = await RunningApi.StartAsync();
        Assert.Equal((401, "ACL support disabled"), await api.AskAsync("GET", "/v1/acl/tokens"));
        Assert.Equal((401, "ACL support disabled"), await api.AskAsync("PUT", "/v1/acl/bootstrap"));
        using var withToken = new HttpRequestMessage(HttpMethod.Get, "/v1/agent/self") { Headers = { { "X-Consul-Token", "any" } } };
        using var answer = await api.SendAsync(withToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
