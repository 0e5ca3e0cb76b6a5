using System.Text;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Api.Tests.Groups;

/// <summary>Calls of one group's API to another's.</summary>
public sealed class GroupCallTests : IAsyncLifetime
{
    private readonly ManifestNode _manifest = new(new ManifestOptions(), TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
    private readonly FakeCalls _shop = new("till", "shop");
    private readonly FakeCalls _works = new("press", "works");
    private RunningApi _here = null!;
    private RunningApi _there = null!;

    [Fact]
    public async Task A_call_goes_there_with_its_body_and_key_and_comes_back_with_its_headers()
    {
        Assert.Equal((200, "true"), Trim(await _here.AskAsync("PUT", "/v1/kv/a%2Fb/%C3%BC?dc=works&flags=7", "value")));
        Assert.Equal("value", (await _there.AskAsync("GET", "/v1/kv/a%2Fb/%C3%BC?raw")).Text);
        using var answer = await _here.SendAsync("GET", "/v1/kv/a%2Fb/%C3%BC?dc=works");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.NotEqual("0", answer.Headers.GetValues("X-Consul-Index").Single());
        Assert.Contains("\"Flags\":7", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(404, (await _here.AskAsync("GET", "/v1/kv/none?dc=works")).Status);
        // About the own group it is no other way than without.
        Assert.Equal(501, (await _here.AskAsync("GET", "/v1/kv/a?dc=shop")).Status);
    }

    [Fact]
    public async Task A_blocking_query_waits_there()
    {
        await _there.PutAsync("/v1/kv/watched", "1");
        var index = await _there.IndexAsync("/v1/kv/watched");
        var waiting = _here.AskAsync("GET", $"/v1/kv/watched?raw&dc=works&index={index}&wait=60s");
        await _there.PutAsync("/v1/kv/watched", "2");
        Assert.Equal((200, "2"), await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Where_one_server_is_not_reached_another_is_and_where_none_is_that_is_said()
    {
        _shop.Known["works"] = new() { ["dead"] = null, ["press"] = _works };
        for (var i = 0; i < 8; i++) Assert.Equal(404, (await _here.AskAsync("GET", $"/v1/kv/none{i}?dc=works")).Status);
        _shop.Known["works"] = new() { ["gone"] = null };
        var (status, text) = await _here.AskAsync("GET", "/v1/kv/a?dc=works");
        Assert.Equal(500, status);
        Assert.StartsWith("No path to datacenter works: gone: ", text, StringComparison.Ordinal);
        _shop.Known["works"] = [];
        Assert.Equal((500, "No path to datacenter works: none of its servers can be reached now"), await _here.AskAsync("GET", "/v1/kv/a?dc=works"));
        Assert.Equal((500, "No path to datacenter"), await _here.AskAsync("PUT", "/v1/kv/a?dc=moon", "x"));
    }

    [Fact]
    public async Task What_is_not_for_other_groups_is_refused_on_both_sides()
    {
        foreach (var (method, path) in new[] { ("GET", "/v1/snapshot"), ("DELETE", "/v1/operator/raft/peer"), ("PUT", "/v1/skerry/group/recover"), ("GET", "/v1/skerry/configuration") })
        {
            Assert.Equal(400, (await _here.AskAsync(method, path + "?dc=works")).Status);
            Assert.StartsWith("HTTP/1.1 403 ", await AskRawAsync(method, path), StringComparison.Ordinal);
        }

        foreach (var path in new[] { "/v1/agent/self", "/metrics", "/", "/v1/skerry/openapi.json", "/none" }) Assert.StartsWith("HTTP/1.1 403 ", await AskRawAsync("GET", path), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", await AskRawAsync("GET", "/v1/kv/none"), StringComparison.Ordinal);
        // Two hops: who was called for another group calls no third one.
        Assert.Contains("No path to datacenter", await AskRawAsync("GET", "/v1/kv/none?dc=shop"), StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync()
    {
        var log = new LogOfOne(_manifest);
        _manifest.Start(log);
        _shop.Known["works"] = new() { ["press"] = _works };
        _works.Known["shop"] = new() { ["till"] = _shop };
        _here = await RunningApi.StartAsync(calls: _shop, group: "shop");
        _there = await RunningApi.StartAsync(calls: _works, group: "works");
        (_there.Agent.Manifest, _there.Agent.Group) = (_manifest, log);
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        await _manifest.DisposeAsync();
    }

    private static (int Status, string Text) Trim((int Status, string Text) answer) => (answer.Status, answer.Text.Trim());

    /// <summary>As a node that keeps to no rules might ask.</summary>
    private async Task<string> AskRawAsync(string method, string path)
    {
        await using var stream = await _shop.ConnectAsync("press", TestContext.Current.CancellationToken);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
