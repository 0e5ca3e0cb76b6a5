using System.Text.Json.Nodes;

using Skerry.Catalog;
using Skerry.Catalog.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Api.Tests;

/// <summary>What every read has in common: selection, order, form, headers, waits.</summary>
public sealed class ReadTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private RunningApi _api = null!;

    [Theory]
    [InlineData("", "a,b,c")]
    [InlineData("?passing", "a")]
    [InlineData("?passing=true", "a")]
    [InlineData("?passing=false", "a,b,c")]
    [InlineData("?tag=x", "a,b")]
    [InlineData("?tag=x&tag=y", "b")]
    [InlineData("?tag=z", "")]
    [InlineData("?cached", "a,b,c")]
    [InlineData("?stale", "a,b,c")]
    [InlineData("?dc=dc1", "a,b,c")]
    [InlineData("?filter=Service.ID==a", "a")]
    [InlineData("?filter=Service.ID!=a", "b,c")]
    [InlineData("?filter=%22y%22 in Service.Tags", "b")]
    [InlineData("?filter=%22y%22 not in Service.Tags", "a,c")]
    [InlineData("?filter=Service.Tags contains x", "a,b")]
    [InlineData("?filter=Service.Tags not contains x", "c")]
    [InlineData("?filter=Service.Tags is empty", "c")]
    [InlineData("?filter=Service.Tags is not empty", "a,b")]
    [InlineData("?filter=Service.ID matches `^[ac]$`", "a,c")]
    [InlineData("?filter=Service.ID not matches `^[ac]$`", "b")]
    [InlineData("?filter=Service.Port==81 or Service.Port==82", "b,c")]
    [InlineData("?filter=Service.Meta[%22v_w%22]==1 and not Service.ID==c", "a")]
    [InlineData("?filter=Checks.Status==warning", "b")]
    [InlineData("?filter=Node.Node==here and (Service.ID==a or Service.ID==c)", "a,c")]
    public async Task Instances_are_selected(string query, string expected)
    {
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","ID":"a","Port":80,"Tags":["x"],"Meta":{"v_w":"1"},"Check":{"TTL":"1h","Status":"passing"}}""");
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","ID":"b","Port":81,"Tags":["x","y"],"Check":{"TTL":"1h","Status":"warning"}}""");
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","ID":"c","Port":82,"Meta":{"v_w":"1"},"Check":{"TTL":"1h"}}""");
        var found = (await _api.GetAsync("/v1/health/service/web" + query)).AsArray();
        Assert.Equal(expected, string.Join(',', found.Select(entry => entry!["Service"]!["ID"])));
    }

    [Fact]
    public async Task Nodes_come_nearest_first_and_those_of_unknown_distance_last()
    {
        foreach (var node in new[] { "far", "near", "unknown" }) _api.Catalog.SetLiveness(node, "10.0.0.1", NodeLiveness.Alive);
        _api.Agent.Distances["far"] = 0.2;
        _api.Agent.Distances["near"] = 0.01;
        Assert.Equal(["far", "here", "near", "unknown"], await NodesAsync("/v1/catalog/nodes"));
        Assert.Equal(["here", "near", "far", "unknown"], await NodesAsync("/v1/catalog/nodes?near=_agent"));
        Assert.Equal(["here", "near", "far", "unknown"], await NodesAsync("/v1/health/state/any?near=_agent"));
        Assert.Equal(["far", "near", "here", "unknown"], await NodesAsync("/v1/catalog/nodes?near=far"));

        async Task<IEnumerable<string>> NodesAsync(string path) => (await _api.GetAsync(path)).AsArray().Select(node => node!["Node"]!.GetValue<string>());
    }

    [Fact]
    public async Task Pretty_is_for_people_and_says_the_same()
    {
        var (_, pretty) = await _api.AskAsync("GET", "/v1/catalog/nodes?pretty");
        var (_, compact) = await _api.AskAsync("GET", "/v1/catalog/nodes");
        Assert.Contains("\n    {\n", pretty, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', compact.TrimEnd());
        Assert.Equal(JsonNode.Parse(compact)!.ToJsonString(), JsonNode.Parse(pretty)!.ToJsonString());
    }

    [Fact]
    public async Task What_is_not_there_is_an_empty_list_or_404_as_in_Consul()
    {
        foreach (var path in new[] { "/v1/catalog/service/x", "/v1/health/service/x", "/v1/health/checks/x", "/v1/health/node/x", "/v1/health/state/warning", "/v1/status/peers" })
            Assert.Equal("[]", (await _api.GetAsync(path)).ToJsonString());
        Assert.Equal("{}", (await _api.GetAsync("/v1/catalog/services")).ToJsonString());
        Assert.Equal("\"\"", (await _api.GetAsync("/v1/status/leader")).ToJsonString());
        using var node = await _api.SendAsync("GET", "/v1/catalog/node/x");
        Assert.Equal(404, (int)node.StatusCode);
        Assert.Equal(0, node.Content.Headers.ContentLength ?? 0);
        Assert.NotEmpty(node.Headers.GetValues("X-Consul-Index"));
    }

    [Theory]
    [InlineData("/v1/catalog/nodes")]
    [InlineData("/v1/catalog/services")]
    [InlineData("/v1/catalog/service/x")]
    [InlineData("/v1/catalog/node/here")]
    [InlineData("/v1/catalog/node-services/here")]
    [InlineData("/v1/health/node/here")]
    [InlineData("/v1/health/checks/x")]
    [InlineData("/v1/health/service/x")]
    [InlineData("/v1/health/state/any")]
    [InlineData("/v1/coordinate/nodes")]
    [InlineData("/v1/coordinate/node/here")]
    public async Task A_read_bears_Consuls_headers_and_does_not_wait_for_index_zero(string path)
    {
        using var answer = await _api.SendAsync("GET", path + "?index=0");
        Assert.True(ulong.Parse(answer.Headers.GetValues("X-Consul-Index").Single(), System.Globalization.CultureInfo.InvariantCulture) >= 1);
        Assert.Equal("true", answer.Headers.GetValues("X-Consul-KnownLeader").Single());
        Assert.Equal("0", answer.Headers.GetValues("X-Consul-LastContact").Single());
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
    }

    /// <summary>What wakes a wait: s a service is registered, c its check reports, t it is registered with another tag, n a node comes, o another service comes.</summary>
    [Theory]
    [InlineData("/v1/health/service/web", "sct")]
    [InlineData("/v1/health/checks/web", "sct")]
    [InlineData("/v1/health/node/here", "scto")]
    [InlineData("/v1/health/state/any", "sctn")]
    [InlineData("/v1/catalog/services", "sto")]
    [InlineData("/v1/catalog/nodes", "n")]
    [InlineData("/v1/catalog/node/here", "scto")]
    [InlineData("/v1/catalog/service/web", "sct")]
    public async Task A_wait_ends_when_what_is_watched_changes_and_not_before(string path, string wakes)
    {
        foreach (var change in "sctno")
        {
            var index = await _api.IndexAsync(path);
            var waiting = _api.SendAsync("GET", $"{path}?index={index}&wait=10m");
            await ChangeAsync(change);
            if (wakes.Contains(change, StringComparison.Ordinal))
            {
                using var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
                Assert.NotEqual(index, answer.Headers.GetValues("X-Consul-Index").Single());
                continue;
            }

            Assert.Equal(index, await _api.IndexAsync(path));
            Assert.False(waiting.IsCompleted, $"{path} woke for {change}");
            // Its time over, it answers what there is, under the same index.
            await Eventually.HoldsAsync(() => _time.Armed > 0);
            _time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(38));
            using var late = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal((200, index), ((int)late.StatusCode, late.Headers.GetValues("X-Consul-Index").Single()));
        }
    }

    [Theory]
    [InlineData("16s", 16)]
    [InlineData("", 300)]
    [InlineData("0s", 300)]
    [InlineData("2h", 600)]
    public async Task A_wait_is_as_long_as_asked_and_up_to_a_sixteenth_longer(string wait, int seconds)
    {
        var index = await _api.IndexAsync("/v1/catalog/nodes");
        var waiting = _api.SendAsync("GET", $"/v1/catalog/nodes?index={index}" + (wait.Length > 0 ? "&wait=" + wait : ""));
        await Eventually.HoldsAsync(() => _time.Armed == 1);
        _time.Advance(TimeSpan.FromSeconds(seconds - 0.001));
        Assert.Equal(1, _time.Armed);
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds((seconds / 16.0) + 0.002));
        using var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("index=-1", "Invalid index")]
    [InlineData("index=1.5", "Invalid index")]
    [InlineData("index=99999999999999999999999", "Invalid index")]
    [InlineData("index=1&wait=10", "Invalid wait time")]
    [InlineData("index=1&wait=-1s", "Invalid wait time")]
    [InlineData("filter=Service", "Failed to create filter")]
    [InlineData("filter=Service.ID matches `(`", "Failed to create filter")]
    public async Task A_bad_parameter_is_400(string query, string text)
    {
        var (status, said) = await _api.AskAsync("GET", "/v1/health/service/web?" + query);
        Assert.Equal(400, status);
        Assert.StartsWith(text, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_from_before_a_restart_does_not_wait()
    {
        using var answer = await _api.SendAsync("GET", "/v1/health/service/web?index=1000000&wait=10m").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_local_service_is_watched_by_its_hash()
    {
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web"}""");
        using var first = await _api.SendAsync("GET", "/v1/agent/service/web");
        var hash = first.Headers.GetValues("X-Consul-ContentHash").Single();
        var waiting = _api.SendAsync("GET", $"/v1/agent/service/web?hash={hash}&wait=10m");
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"other"}""");
        Assert.False(waiting.IsCompleted);
        await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","Port":81}""");
        using var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotEqual(hash, answer.Headers.GetValues("X-Consul-ContentHash").Single());

        var gone = _api.SendAsync("GET", $"/v1/agent/service/web?hash={answer.Headers.GetValues("X-Consul-ContentHash").Single()}&wait=10m");
        await _api.PutAsync("/v1/agent/service/deregister/web");
        using var missing = await gone.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(404, (int)missing.StatusCode);
    }

    [Theory]
    [InlineData("passing", 200)]
    [InlineData("warning", 429)]
    [InlineData("critical", 503)]
    public async Task The_health_of_local_services_is_a_status_code(string health, int code)
    {
        await _api.PutAsync("/v1/agent/service/register", $$$"""{"Name":"web","ID":"web-1","Check":{"TTL":"1h","Status":"{{{health}}}"}}""");
        foreach (var path in new[] { "/v1/agent/health/service/id/web-1", "/v1/agent/health/service/name/web" })
        {
            Assert.Equal((code, health), await _api.AskAsync("GET", path + "?format=text"));
            var (status, text) = await _api.AskAsync("GET", path);
            var found = JsonNode.Parse(text)!;
            Assert.Equal((code, health), (status, (found is JsonArray list ? list[0]! : found)["AggregatedStatus"]!.GetValue<string>()));
        }

        Assert.Equal(404, (await _api.AskAsync("GET", "/v1/agent/health/service/id/none")).Status);
        Assert.Equal(404, (await _api.AskAsync("GET", "/v1/agent/health/service/name/none")).Status);
    }

    public async ValueTask InitializeAsync() => _api = await RunningApi.StartAsync(_time);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    private async Task ChangeAsync(char change)
    {
        switch (change)
        {
            case 's':
                await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"CheckID":"c","TTL":"1h"}}""");
                break;
            case 'c':
                await _api.PutAsync("/v1/agent/check/pass/c");
                break;
            case 't':
                await _api.PutAsync("/v1/agent/service/register", """{"Name":"web","Tags":["new"],"Check":{"CheckID":"c","TTL":"1h"}}""");
                break;
            case 'n':
                _api.Catalog.SetLiveness("other", "10.0.0.1", NodeLiveness.Alive);
                break;
            case 'o':
                await _api.PutAsync("/v1/agent/service/register", """{"Name":"other"}""");
                break;
        }
    }
}
