using System.Text.Json.Nodes;

namespace Skerry.Api.Tests.Acl;

/// <summary>Keys, sessions and transactions by tokens.</summary>
public sealed class KeyEnforcementTests : IAsyncLifetime
{
    private GuardedApi _api = null!;
    private string _shop = "";

    public async ValueTask InitializeAsync()
    {
        _api = await GuardedApi.StartAsync();
        _shop = await _api.TokenAsync("""
            key_prefix "shop/" { policy = "write" }
            key "shop/locked" { policy = "read" }
            key_prefix "shop/secret/" { policy = "deny" }
            """);
        foreach (var key in new[] { "shop/a", "shop/locked", "shop/secret/b", "shop/till/c", "other" }) await _api.DoAsync(_api.Root, "PUT", "/v1/kv/" + key, "v");
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("GET", "shop/a", 200)]
    [InlineData("PUT", "shop/a", 200)]
    [InlineData("DELETE", "shop/a", 200)]
    [InlineData("GET", "shop/none", 404)]
    [InlineData("GET", "shop/locked", 200)]
    [InlineData("PUT", "shop/locked", 403)]
    [InlineData("DELETE", "shop/locked", 403)]
    [InlineData("GET", "shop/secret/b", 403)]
    [InlineData("GET", "shop/secret/none", 403)]
    [InlineData("GET", "other", 403)]
    [InlineData("PUT", "other?cas=0", 403)]
    [InlineData("PUT", "other?acquire=s", 403)]
    [InlineData("DELETE", "shop/till/?recurse", 200)]
    [InlineData("DELETE", "shop/?recurse", 403)]
    [InlineData("DELETE", "?recurse", 403)]
    [InlineData("GET", "_skerry/acl/bootstrap", 403)]
    public async Task A_key_is_read_and_written_as_the_rules_say(string method, string key, int status) =>
        Assert.Equal(status, (await _api.AskAsync(_shop, method, "/v1/kv/" + key, method == "PUT" ? "w" : null)).Status);

    [Fact]
    public async Task Trees_and_lists_leave_out_what_may_not_be_read_and_say_so()
    {
        using var tree = await _api.SendAsync(_shop, "GET", "/v1/kv/?recurse");
        Assert.Equal(["shop/a", "shop/locked", "shop/till/c"], JsonNode.Parse(await tree.Content.ReadAsStringAsync())!.AsArray().Select(entry => (string?)entry!["Key"]));
        Assert.Equal("true", tree.Headers.GetValues("X-Consul-Results-Filtered-By-ACLs").Single());
        Assert.Equal("""["shop/a","shop/locked","shop/till/"]""", (await _api.DoAsync(_shop, "GET", "/v1/kv/shop/?keys&separator=/")).ToJsonString());
        Assert.Equal(404, (await _api.AskAsync("", "GET", "/v1/kv/shop/?recurse")).Status);
    }

    [Fact]
    public async Task Who_may_read_every_key_has_not_been_given_the_tokens()
    {
        var reader = await _api.TokenAsync("""key_prefix "" { policy = "read" }""");
        Assert.DoesNotContain("_skerry/acl", (await _api.DoAsync(reader, "GET", "/v1/kv/?keys")).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(403, (await _api.AskAsync(reader, "GET", "/v1/kv/_skerry/acl/bootstrap")).Status);
        Assert.Equal(403, (await _api.AskAsync(reader, "PUT", "/v1/txn", """[{"KV":{"Verb":"get-tree","Key":"_sk"}}]""")).Status);
        Assert.Contains("_skerry/acl", (await _api.DoAsync(_api.Root, "GET", "/v1/kv/?keys")).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set", "shop/a", 200)]
    [InlineData("get", "shop/locked", 200)]
    [InlineData("get-tree", "shop/till/", 200)]
    [InlineData("delete-tree", "shop/till/", 200)]
    [InlineData("set", "shop/locked", 403)]
    [InlineData("get", "other", 403)]
    [InlineData("get-tree", "shop/", 403)]
    [InlineData("check-not-exists", "other", 403)]
    [InlineData("delete", "other", 403)]
    [InlineData("delete-tree", "shop/", 403)]
    public async Task A_transaction_is_weighed_operation_by_operation(string verb, string key, int status)
    {
        var body = $$$"""[{"KV":{"Verb":"set","Key":"shop/first","Value":"dg=="}},{"KV":{"Verb":"{{{verb}}}","Key":"{{{key}}}","Value":"dg=="}}]""";
        Assert.Equal(status, (await _api.AskAsync(_shop, "PUT", "/v1/txn", body)).Status);
        // All or nothing.
        Assert.Equal(status == 200 ? 200 : 404, (await _api.AskAsync(_shop, "GET", "/v1/kv/shop/first")).Status);
    }

    [Fact]
    public async Task Sessions_are_their_nodes()
    {
        var secret = await _api.TokenAsync("""session "here" { policy = "write" }""");
        var other = await _api.TokenAsync("""session "there" { policy = "write" }""");
        var id = (await _api.DoAsync(secret, "PUT", "/v1/session/create", """{"NodeChecks":[]}"""))["ID"]!.ToString();
        Assert.Equal(403, (await _api.AskAsync(other, "PUT", "/v1/session/create", """{"NodeChecks":[]}""")).Status);
        Assert.Equal(403, (await _api.AskAsync(other, "PUT", $"/v1/session/renew/{id}")).Status);
        Assert.Equal(403, (await _api.AskAsync(other, "PUT", $"/v1/session/destroy/{id}")).Status);
        Assert.Empty((await _api.DoAsync(other, "GET", $"/v1/session/info/{id}")).AsArray());
        Assert.Single((await _api.DoAsync(secret, "GET", "/v1/session/list")).AsArray());
        await _api.DoAsync(secret, "PUT", $"/v1/session/destroy/{id}");
    }

    [Fact]
    public async Task A_key_that_is_waited_for_is_shown_only_if_it_may_still_be_read()
    {
        var policy = await _api.DoAsync(_api.Root, "PUT", "/v1/acl/policy", """{"Name":"w","Rules":"key \"other\" { policy = \"read\" }"}""");
        var secret = (await _api.DoAsync(_api.Root, "PUT", "/v1/acl/token", """{"Policies":[{"Name":"w"}]}"""))["SecretID"]!.ToString();
        var index = (await _api.DoAsync(secret, "GET", "/v1/kv/other"))[0]!["ModifyIndex"]!.ToString();
        var waiting = _api.AskAsync(secret, "GET", $"/v1/kv/other?index={index}&wait=30s");
        await _api.DoAsync(_api.Root, "PUT", $"/v1/acl/policy/{policy["ID"]}", """{"Name":"w"}""");
        await _api.DoAsync(_api.Root, "PUT", "/v1/kv/other", "new");
        Assert.Equal(403, (await waiting).Status);
    }
}
