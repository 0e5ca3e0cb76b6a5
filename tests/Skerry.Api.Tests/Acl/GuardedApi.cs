using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Manifest;
using Skerry.Manifest.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Api.Tests.Acl;

/// <summary>An API with access control on, over a manifest of one node.</summary>
internal sealed class GuardedApi : IAsyncDisposable
{
    private readonly AclService _acl;

    private GuardedApi(TimeProvider time, string? resetFile)
    {
        Manifest = new ManifestNode(new ManifestOptions { RequestTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System, Meters, NullLoggerFactory.Instance);
        Log = new LogOfOne(Manifest);
        _acl = new AclService(new AclOptions { BootstrapResetFile = resetFile }, time, Meters, NullLoggerFactory.Instance);
    }

    public TestMeters Meters { get; } = new();

    public ManifestNode Manifest { get; }

    public LogOfOne Log { get; }

    public RunningApi Api { get; private set; } = null!;

    /// <summary>The secret of the token that may do everything.</summary>
    public string Root { get; private set; } = "";

    /// <param name="time">Clock of tokens' ends.</param>
    /// <param name="resetFile">Where another bootstrap is allowed.</param>
    /// <param name="isBootstrapped">Whether there is a first token.</param>
    public static async Task<GuardedApi> StartAsync(TimeProvider? time = null, string? resetFile = null, bool isBootstrapped = true)
    {
        var guarded = new GuardedApi(time ?? TimeProvider.System, resetFile);
        guarded.Api = await RunningApi.StartAsync(acl: guarded._acl);
        guarded.Api.Agent.Manifest = guarded.Manifest;
        guarded.Api.Agent.Group = guarded.Log;
        guarded.Manifest.Start(guarded.Log);
        guarded._acl.Start(guarded.Manifest);
        await Eventually.HoldsAsync(() => guarded._acl.IsReady);
        if (isBootstrapped) guarded.Root = (await guarded.DoAsync("", "PUT", "/v1/acl/bootstrap"))["SecretID"]!.ToString();
        return guarded;
    }

    /// <summary>Asks with a token; empty: without one.</summary>
    public async Task<(int Status, string Text)> AskAsync(string secret, string method, string path, string? body = null)
    {
        using var answer = await SendAsync(secret, method, path, body);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The same with the whole answer.</summary>
    public async Task<HttpResponseMessage> SendAsync(string secret, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (secret.Length > 0) request.Headers.Add("X-Consul-Token", secret);
        return await Api.SendAsync(request);
    }

    /// <summary>Asks, and expects it to be done.</summary>
    public async Task<JsonNode> DoAsync(string secret, string method, string path, string? body = null)
    {
        var (status, text) = await AskAsync(secret, method, path, body);
        Assert.True(status == 200, $"{method} {path}: {status} {text}");
        return JsonNode.Parse(text.Length > 0 ? text : "null")!;
    }

    /// <summary>The secret of a new token whose only policy has these rules.</summary>
    public async Task<string> TokenAsync(string rules)
    {
        var policy = await DoAsync(Root, "PUT", "/v1/acl/policy", new JsonObject { ["Name"] = $"p{Guid.NewGuid():N}", ["Rules"] = rules }.ToJsonString());
        var link = new JsonObject { ["ID"] = policy["ID"]!.ToString() };
        return (await DoAsync(Root, "PUT", "/v1/acl/token", new JsonObject { ["Policies"] = new JsonArray(link) }.ToJsonString()))["SecretID"]!.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await _acl.DisposeAsync();
        await Manifest.DisposeAsync();
        Meters.Dispose();
    }
}
