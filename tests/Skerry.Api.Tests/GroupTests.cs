using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Catalog;
using Skerry.Replication;
using Skerry.Replication.Tests;

namespace Skerry.Api.Tests;

/// <summary>Another group's part of the catalog, asked for with <c>dc</c>.</summary>
public sealed class GroupTests : IAsyncLifetime
{
    private const string Node = """
        {"group":"moon","facts":{"name":"far-1","id":"f1","address":"10.9.9.9","group":"moon","meta":{"rack":"r7"},"tunnel":{"addresses":["/ip4/10.9.9.9/tcp/20006"],"isBridge":true},"alive":true},
         "instances":[{"service":{"node":"far-1","id":"web-1","name":"web","tags":["v1"],"port":80,"exported":true},"status":"Passing"},
                      {"service":{"node":"far-1","id":"db-1","name":"db","port":5432,"exported":true},"status":"Warning"}]}
        """;

    private RunningApi _api = null!;
    private Replicator _bridge = null!;
    private TestMeters _meters = null!;

    [Fact]
    public async Task Groups_are_listed_with_ones_own_first()
    {
        Assert.Equal("""["dc1","moon"]""", (await _api.GetAsync("/v1/catalog/datacenters")).ToJsonString());
        Assert.Equal(
            """
            [{"name":"dc1","own":true,"reachable":true,"via":"","bridges":[],"nodes":2,"alive":2,"services":0},
            {"name":"moon","own":false,"reachable":true,"via":"bridge","bridges":["far-1"],"nodes":1,"alive":1,"services":2}]
            """.Replace("\n", "", StringComparison.Ordinal),
            (await _api.GetAsync("/v1/skerry/groups")).ToJsonString());
    }

    [Fact]
    public async Task Every_read_of_the_catalog_answers_for_another_group_too()
    {
        Assert.Equal("""{"db":[],"web":["v1"]}""", (await _api.GetAsync("/v1/catalog/services?dc=moon")).ToJsonString());
        Assert.Equal(("far-1", "moon"), ((string?)(await _api.GetAsync("/v1/catalog/nodes?dc=moon"))[0]!["Node"], (string?)(await _api.GetAsync("/v1/catalog/nodes?dc=moon"))[0]!["Datacenter"]));
        var instance = (await _api.GetAsync("/v1/catalog/service/web?dc=moon&tag=v1&node-meta=rack:r7"))[0]!;
        Assert.Equal(("far-1", "10.9.9.9", "web-1", 80), ((string?)instance["Node"], (string?)instance["Address"], (string?)instance["ServiceID"], (int?)instance["ServicePort"]));
        Assert.Equal("far-1", (string?)(await _api.GetAsync("/v1/catalog/node/far-1?dc=moon"))["Node"]!["Node"]);
        Assert.Equal(2, (await _api.GetAsync("/v1/catalog/node-services/far-1?dc=moon"))["Services"]!.AsArray().Count);
        var entry = (await _api.GetAsync("/v1/health/service/web?dc=moon&passing"))[0]!;
        Assert.Equal("""["passing","passing"]""", Statuses(entry["Checks"]!));
        Assert.Empty((await _api.GetAsync("/v1/health/service/db?dc=moon&passing")).AsArray());
        Assert.Equal("""["warning"]""", Statuses(await _api.GetAsync("/v1/health/checks/db?dc=moon")));
        Assert.Equal("""["passing","warning","passing"]""", Statuses(await _api.GetAsync("/v1/health/node/far-1?dc=moon")));
        Assert.Equal("""["warning"]""", Statuses(await _api.GetAsync("/v1/health/state/warning?dc=moon")));
        Assert.Equal("2", (await _api.GetAsync("/v1/skerry/services?dc=moon")).AsArray().Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("[]", (await _api.GetAsync("/v1/health/service/web")).ToJsonString());
        Assert.Equal("[]", (await _api.GetAsync("/v1/coordinate/nodes?dc=moon")).ToJsonString());
    }

    [Theory]
    [InlineData("/v1/catalog/nodes")]
    [InlineData("/v1/catalog/services")]
    [InlineData("/v1/catalog/service/web")]
    [InlineData("/v1/health/service/web")]
    [InlineData("/v1/health/state/any")]
    [InlineData("/v1/skerry/services")]
    [InlineData("/v1/skerry/members")]
    public async Task A_group_that_nobody_knows_is_refused_in_consuls_words(string path) =>
        Assert.Equal((500, "No path to datacenter"), await _api.AskAsync("GET", path + "?dc=mars"));

    [Fact]
    public async Task Members_of_another_group_or_of_all_are_listed()
    {
        var far = Assert.Single((await _api.GetAsync("/v1/skerry/members?dc=moon")).AsArray())!;
        Assert.Equal(("far-1", "alive", "moon", true), ((string?)far["name"], (string?)far["status"], (string?)far["group"], (bool?)far["bridge"]));
        Assert.Equal(["here", "far-1"], (await _api.GetAsync("/v1/skerry/members?all-groups")).AsArray().Select(member => (string?)member!["name"]));
        Assert.Equal(["here.dc1", "far-1.moon"], (await _api.GetAsync("/v1/agent/members?wan")).AsArray().Select(member => (string?)member!["Name"]));
    }

    [Fact]
    public async Task Who_waits_is_told_when_the_group_is_lost()
    {
        var index = await _api.IndexAsync("/v1/health/service/web?dc=moon");
        var waiting = _api.GetAsync($"/v1/health/service/web?dc=moon&index={index}&wait=30s");
        await TellAsync(new RecordChange("group", "moon", Bytes("{\"source\":\"far-1\",\"isReachable\":false,\"records\":1}")));
        var entry = (await waiting)[0]!;
        Assert.Equal("""["critical","passing"]""", Statuses(entry["Checks"]!));
        Assert.Contains("Group moon is unreachable", (string?)entry["Checks"]![0]!["Output"], StringComparison.Ordinal);
        Assert.Equal("unreachable", (string?)(await _api.GetAsync("/v1/skerry/members?dc=moon"))[0]!["status"]);
        Assert.Equal("""["dc1","moon"]""", (await _api.GetAsync("/v1/catalog/datacenters")).ToJsonString());
    }

    public async ValueTask InitializeAsync()
    {
        _api = await RunningApi.StartAsync();
        _meters = new TestMeters();
        _bridge = new Replicator("bridge", _api.Network.Join("bridge"), _ => { }, TimeProvider.System, NullLoggerFactory.Instance, _meters);
        _bridge.Start();
        _api.Catalog.SetLiveness("bridge", "127.0.0.1", NodeLiveness.Alive);
        await TellAsync(
            new RecordChange("remote", "moon/far-1", Bytes(Node)),
            new RecordChange("group", "moon", Bytes("{\"source\":\"far-1\",\"isReachable\":true,\"records\":1}")));
        await Eventually.HoldsAsync(() => _api.Catalog.Current.Groups.Values.Any(group => group.ServiceNames.Count == 2));
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _api.DisposeAsync();
        _meters.Dispose();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Statuses(JsonNode checks) => new JsonArray([.. checks.AsArray().Select(check => check!["Status"]!.DeepClone())]).ToJsonString();

    private Task TellAsync(params RecordChange[] changes) => _bridge.PublishAsync(changes, CancellationToken.None);
}
