using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Api.Tests;

/// <summary><c>/v1/snapshot</c> over a log of one node.</summary>
public sealed class SnapshotTests : IAsyncLifetime
{
    private readonly ManifestNode _manifest = new(new ManifestOptions(), TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
    private RunningApi _api = null!;

    [Fact]
    public async Task A_state_is_saved_and_restored_and_a_damaged_one_changes_nothing()
    {
        await _api.PutAsync("/v1/kv/a", "1");
        using var saved = await _api.SendAsync("GET", "/v1/snapshot");
        Assert.Equal((200, "application/x-gzip"), ((int)saved.StatusCode, saved.Content.Headers.ContentType!.ToString()));
        Assert.NotEqual("0", saved.Headers.GetValues("X-Consul-Index").Single());
        var archive = await saved.Content.ReadAsByteArrayAsync();
        await _api.PutAsync("/v1/kv/a", "2");

        var damaged = archive.ToArray();
        damaged[^30] ^= 1;
        using (var refused = await _api.SendAsync("PUT", "/v1/snapshot", damaged)) Assert.Equal(400, (int)refused.StatusCode);
        Assert.Equal("2", (await _api.AskAsync("GET", "/v1/kv/a?raw")).Text);
        using (var done = await _api.SendAsync("PUT", "/v1/snapshot", archive)) Assert.Equal(200, (int)done.StatusCode);
        Assert.Equal("1", (await _api.AskAsync("GET", "/v1/kv/a?raw")).Text);
        Assert.Equal(400, (await _api.AskAsync("PUT", "/v1/snapshot", "no archive")).Status);
    }

    public async ValueTask InitializeAsync()
    {
        var log = new LogOfOne(_manifest);
        _manifest.Start(log);
        _api = await RunningApi.StartAsync();
        (_api.Agent.Manifest, _api.Agent.Group) = (_manifest, log);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _manifest.DisposeAsync();
    }
}
