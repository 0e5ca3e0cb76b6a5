using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Api.Tests.Consul;

/// <summary>An API whose manifest stands on a log of one.</summary>
internal sealed class KvApi : IAsyncDisposable
{
    private KvApi(RunningApi api, ManifestOptions options)
    {
        Api = api;
        Node = new ManifestNode(options, TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
        Log = new LogOfOne(Node);
        Node.Start(Log);
        (api.Agent.Manifest, api.Agent.Group) = (Node, Log);
    }

    public RunningApi Api { get; }

    public ManifestNode Node { get; }

    public LogOfOne Log { get; }

    public static async Task<KvApi> StartAsync(ManifestOptions? options = null) => new(await RunningApi.StartAsync(), options ?? new ManifestOptions());

    /// <summary>What is answered, as one line: the status, where it is not 200, and the body.</summary>
    public async Task<string> AskAsync(string method, string path, string? body = null)
    {
        var (status, text) = await Api.AskAsync(method, path, body);
        return status == 200 ? text.TrimEnd() : $"{status} {text.TrimEnd()}".TrimEnd();
    }

    public async Task<JsonNode> EntryAsync(string key) => (await Api.GetAsync($"/v1/kv/{key}")).AsArray()[0]!;

    public async Task<string> SessionAsync(string body = "")
    {
        var (status, text) = await Api.AskAsync("PUT", "/v1/session/create", body);
        Assert.True(status == 200, text);
        return JsonNode.Parse(text)!["ID"]!.GetValue<string>();
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Node.DisposeAsync();
    }
}
