using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Catalog;

namespace Skerry.Api.Tests;

public sealed class ApiServerTests : IAsyncLifetime
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private readonly FakeAgent _agent = new();
    private ServiceCatalog _catalog = null!;
    private ApiServer _server = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        var meters = Services.GetRequiredService<IMeterFactory>();
        _catalog = new ServiceCatalog(
            new CatalogOptions { NodeName = "here", NodeId = "7f1b", Group = "dc1", Address = "127.0.0.1" }, null, TimeProvider.System, NullLoggerFactory.Instance, meters);
        await _catalog.StartAsync(CancellationToken.None);
        var options = new ApiOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), NodeName = "here", NodeId = "7f1b", Group = "dc1", Version = "1.0" };
        _server = new ApiServer(options, _catalog, _agent, acl: null, TimeProvider.System, NullLoggerFactory.Instance);
        await _server.StartAsync(CancellationToken.None);
        _http = new HttpClient { BaseAddress = new Uri($"http://{_server.LocalAddress}") };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
        await _catalog.DisposeAsync();
    }

    [Fact]
    public async Task A_registered_service_is_found_everywhere_and_gone_when_deregistered()
    {
        await PutAsync("/v1/agent/service/register", """{"Name":"web","id":"web-1","tags":["a"],"Port":80,"meta":{"k":"v"},"check":{"ttl":"30s","status":"passing"}}""");
        Assert.Equal("web", (await GetAsync("/v1/agent/services"))["web-1"]!["Service"]!.GetValue<string>());
        var entry = (await GetAsync("/v1/health/service/web?passing"))[0]!;
        Assert.Equal(80, entry["Service"]!["Port"]!.GetValue<int>());
        Assert.Equal(["serfHealth", "service:web-1"], entry["Checks"]!.AsArray().Select(check => check!["CheckID"]!.GetValue<string>()));
        Assert.Equal("a", (await GetAsync("/v1/catalog/services"))["web"]![0]!.GetValue<string>());
        Assert.Equal("web-1", (await GetAsync("/v1/catalog/service/web"))[0]!["ServiceID"]!.GetValue<string>());
        Assert.Equal("web", (await GetAsync("/v1/catalog/node/here"))["Services"]!["web-1"]!["Service"]!.GetValue<string>());

        await PutAsync("/v1/agent/check/fail/service:web-1?note=broken", "");
        Assert.Empty((await GetAsync("/v1/health/service/web?passing")).AsArray());
        using (var health = await _http.GetAsync(new Uri("/v1/agent/health/service/id/web-1", UriKind.Relative))) Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal("broken", (await GetAsync("/v1/health/checks/web"))[0]!["Output"]!.GetValue<string>());

        await PutAsync("/v1/agent/service/deregister/web-1", "");
        Assert.Empty((await GetAsync("/v1/health/service/web")).AsArray());
        Assert.Empty((await GetAsync("/v1/agent/checks")).AsObject());
    }

    [Theory]
    [InlineData("{}", "Missing service name")]
    [InlineData("not json", "Request decode failed")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("""{"Name":"web","Port":70000}""", "Port")]
    [InlineData("""{"Name":"web","Port":"x"}""", "Port")]
    [InlineData("""{"Name":"web","Tags":"x"}""", "Tags")]
    [InlineData("""{"Name":"web","Address":"not a host"}""", "Address")]
    [InlineData("""{"Name":"web","Check":{"HTTP":"ftp://x","Interval":"1s"}}""", "HTTP")]
    [InlineData("""{"Name":"web","Check":{"HTTP":"http://x/"}}""", "Interval")]
    [InlineData("""{"Name":"web","Check":{"TCP":"nowhere","Interval":"1s"}}""", "TCP")]
    [InlineData("""{"Name":"web","Check":{"TTL":"soon"}}""", "Check.TTL")]
    [InlineData("""{"Name":"web","Check":{"TCP":"x:1","HTTP":"http://x/","Interval":"1s"}}""", "only one of")]
    [InlineData("""{"Name":"web","Check":{"Args":["/bin/true"],"Interval":"1s"}}""", "catalog.enableScriptChecks")]
    [InlineData("""{"Name":"web","Weights":{"Passing":0}}""", "Weights")]
    public async Task A_registration_of_nonsense_is_400_and_names_the_field(string body, string field)
    {
        using var content = new StringContent(body);
        using var answer = await _http.PutAsync(new Uri("/v1/agent/service/register", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_catalog.LocalServices);
    }

    [Theory]
    [InlineData("GET", "/v1/agent/service/none", 404, "Unknown service ID \"none\"")]
    [InlineData("PUT", "/v1/agent/service/deregister/none", 404, "Unknown service ID")]
    [InlineData("PUT", "/v1/agent/check/pass/none", 404, "Unknown check ID")]
    [InlineData("PUT", "/v1/agent/maintenance", 400, "Missing value for enable")]
    [InlineData("PUT", "/v1/agent/force-leave/unknown", 500, "unknown")]
    [InlineData("PUT", "/v1/agent/reload", 500, "skerry.yaml:3:1")]
    [InlineData("GET", "/v1/health/service/x?index=y", 400, "Invalid index")]
    [InlineData("GET", "/v1/health/service/x?index=1&wait=y", 400, "Invalid wait time")]
    [InlineData("GET", "/v1/health/service/x?stale&consistent", 400, "conflicting semantics")]
    [InlineData("GET", "/v1/health/service/x?dc=moon", 500, "No path to datacenter")]
    [InlineData("GET", "/v1/health/service/x?filter=a%20b", 400, "Failed to create filter")]
    [InlineData("GET", "/v1/health/state/odd", 400, "odd")]
    [InlineData("GET", "/v1/nothing", 404, "Invalid URL path")]
    [InlineData("DELETE", "/v1/agent/self", 405, "")]
    [InlineData("GET", "/v1/skerry/gateway", 404, "no listener")]
    public async Task What_cannot_be_done_is_said(string method, string path, int status, string text)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _http.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        if (status == 405) Assert.Contains("GET", answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_blocking_read_wakes_for_its_service_and_for_no_other()
    {
        using var first = await _http.GetAsync(new Uri("/v1/health/service/web", UriKind.Relative));
        var index = first.Headers.GetValues("X-Consul-Index").Single();
        var waiting = _http.GetAsync(new Uri($"/v1/health/service/web?index={index}&wait=60s", UriKind.Relative));
        await PutAsync("/v1/agent/service/register", """{"Name":"other"}""");
        Assert.False(waiting.IsCompleted);
        await PutAsync("/v1/agent/service/register", """{"Name":"web"}""");
        using var answer = await waiting;
        Assert.NotEqual(index, answer.Headers.GetValues("X-Consul-Index").Single());
        Assert.Single(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray());
    }

    [Fact]
    public async Task A_blocking_read_ends_with_the_server()
    {
        using var first = await _http.GetAsync(new Uri("/v1/catalog/services", UriKind.Relative));
        var index = first.Headers.GetValues("X-Consul-Index").Single();
        var waiting = _http.GetAsync(new Uri($"/v1/catalog/services?index={index}&wait=600s", UriKind.Relative));
        using var reload = await _http.GetAsync(new Uri("/healthz", UriKind.Relative));
        await _server.StopAsync(CancellationToken.None);
        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Commands_reach_the_agent()
    {
        await PutAsync("/v1/agent/join/10.0.0.1:7946", "");
        await PutAsync("/v1/agent/force-leave/known?prune", "");
        await PutAsync("/v1/agent/leave", "");
        Assert.Equal(["join 10.0.0.1:7946", "force-leave known True", "leave"], _agent.Asked);
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    private async Task PutAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.PutAsync(new Uri(path, UriKind.Relative), content);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
