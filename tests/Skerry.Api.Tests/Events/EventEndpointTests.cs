using System.Globalization;
using System.Text.Json.Nodes;

using Skerry.Api.Tests.Acl;
using Skerry.Replication.Tests;

namespace Skerry.Api.Tests.Events;

/// <summary>User events by Consul's API.</summary>
public sealed class EventEndpointTests : IAsyncLifetime
{
    private RunningApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await RunningApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_event_is_fired_and_listed()
    {
        Assert.Empty((await _api.GetAsync("/v1/event/list")).AsArray());
        Assert.Equal("1", await _api.IndexAsync("/v1/event/list"));
        var fired = JsonNode.Parse((await _api.AskAsync("PUT", "/v1/event/fire/deploy?node=^here$", "v1")).Text)!;
        Assert.Equal(("deploy", "djE=", "^here$", "", 1), ((string?)fired["Name"], (string?)fired["Payload"], (string?)fired["NodeFilter"], (string?)fired["TagFilter"], (int?)fired["Version"]));
        await ListedAsync(1);
        var listed = (await _api.GetAsync("/v1/event/list"))[0]!;
        Assert.Equal((string?)fired["ID"], (string?)listed["ID"]);
        Assert.Equal(1, (int?)listed["LTime"]);
        var halves = ((string)fired["ID"]!).Replace("-", "", StringComparison.Ordinal);
        var index = ulong.Parse(halves[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture) ^ ulong.Parse(halves[16..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.Equal(index.ToString(CultureInfo.InvariantCulture), await _api.IndexAsync("/v1/event/list"));
    }

    [Fact]
    public async Task An_event_without_payload_has_none_and_names_can_be_asked_for()
    {
        await _api.PutAsync("/v1/event/fire/a");
        await _api.PutAsync("/v1/event/fire/b");
        await ListedAsync(2);
        var listed = Assert.Single((await _api.GetAsync("/v1/event/list?name=a")).AsArray())!;
        Assert.Equal("a", (string?)listed["Name"]);
        Assert.True(listed.AsObject().ContainsKey("Payload"));
        Assert.Null(listed["Payload"]);
    }

    [Fact]
    public async Task An_event_that_is_for_others_is_not_kept()
    {
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","Tags":["v1"]}""");
        await _api.PutAsync("/v1/event/fire/no?node=other");
        await _api.PutAsync("/v1/event/fire/no?service=db");
        await _api.PutAsync("/v1/event/fire/no?service=web&tag=v2");
        await _api.PutAsync("/v1/event/fire/yes?service=web&tag=v1");
        await ListedAsync(1);
        Assert.Equal("yes", (string?)(await _api.GetAsync("/v1/event/list"))[0]!["Name"]);
    }

    [Fact]
    public async Task The_last_256_are_kept()
    {
        for (var i = 0; i < 260; i++) await _api.PutAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/event/fire/e{i}"));
        await ListedAsync(256);
        await Eventually.HoldsAsync(() => (string?)_api.GetAsync("/v1/event/list").Result[0]!["Name"] == "e4");
    }

    [Fact]
    public async Task A_list_can_be_waited_for_by_the_index_of_its_last_event()
    {
        await _api.PutAsync("/v1/event/fire/a");
        await ListedAsync(1);
        var index = await _api.IndexAsync("/v1/event/list");
        var waiting = _api.GetAsync($"/v1/event/list?index={index}&wait=30s");
        await _api.PutAsync("/v1/event/fire/b");
        Assert.Equal(2, (await waiting).AsArray().Count);
        // Another index than the last event's is answered at once, be it greater or less.
        await _api.GetAsync("/v1/event/list?index=1&wait=5m");
        await _api.GetAsync($"/v1/event/list?index={ulong.MaxValue}&wait=5m");
    }

    [Theory]
    [InlineData("/v1/event/fire/a?tag=x", "", 500, "Cannot provide tag filter without service filter")]
    [InlineData("/v1/event/fire/a?node=(", "", 500, "Invalid node filter")]
    [InlineData("/v1/event/fire/a?dc=moon", "", 500, "No path to datacenter")]
    [InlineData("/v1/event/fire/a", 513, 413, "Event payload too large (513 bytes)")]
    public async Task What_cannot_be_fired_is_refused(string path, object payload, int status, string why)
    {
        var answer = await _api.AskAsync("PUT", path, payload is int length ? new string('x', length) : "");
        Assert.Equal(status, answer.Status);
        Assert.StartsWith(why, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_fired_and_seen_by_who_may()
    {
        await using var guarded = await GuardedApi.StartAsync();
        var secret = await guarded.TokenAsync("""event "deploy" { policy = "write" }""");
        await guarded.DoAsync(secret, "PUT", "/v1/event/fire/deploy");
        Assert.Equal(403, (await guarded.AskAsync(secret, "PUT", "/v1/event/fire/other")).Status);
        await guarded.DoAsync(guarded.Root, "PUT", "/v1/event/fire/other");
        await Eventually.HoldsAsync(() => guarded.DoAsync(guarded.Root, "GET", "/v1/event/list").Result.AsArray().Count == 2);
        Assert.Equal("deploy", (string?)Assert.Single((await guarded.DoAsync(secret, "GET", "/v1/event/list")).AsArray())!["Name"]);
        Assert.Empty((await guarded.DoAsync("", "GET", "/v1/event/list")).AsArray());
    }

    private Task ListedAsync(int count) => Eventually.HoldsAsync(() => _api.GetAsync("/v1/event/list").Result.AsArray().Count == count);
}
