using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Catalog;
using Skerry.Replication.Tests;

namespace Skerry.Api.Tests;

/// <summary>An API on loopback over a real catalog, and a client that asks it.</summary>
internal sealed class RunningApi : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly TestMeters _meters = new();

    private RunningApi(TimeProvider time, bool enableScripts, AclService? acl, IGroupCalls? calls, string group)
    {
        Catalog = new ServiceCatalog(
            new CatalogOptions { NodeName = "here", NodeId = "7f1b", Group = group, Address = "127.0.0.1", EnableScriptChecks = enableScripts }, Network.Join("here"), TimeProvider.System, NullLoggerFactory.Instance, _meters);
        var options = new ApiOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), NodeName = "here", NodeId = "7f1b", Group = group, Version = "1.0" };
        Server = new ApiServer(options, Catalog, Agent, acl, time, NullLoggerFactory.Instance, calls);
    }

    /// <summary>What joins the group.</summary>
    public InMemoryNetwork Network { get; } = new();

    public FakeAgent Agent { get; } = new();

    public ServiceCatalog Catalog { get; }

    public ApiServer Server { get; }

    /// <param name="time">Clock of the waits.</param>
    /// <param name="enableScripts">Whether script checks may be registered.</param>
    /// <param name="acl">Who may do what; null: everybody everything.</param>
    /// <param name="calls">The way to other groups.</param>
    /// <param name="group">Its group.</param>
    public static async Task<RunningApi> StartAsync(TimeProvider? time = null, bool enableScripts = false, AclService? acl = null, IGroupCalls? calls = null, string group = "dc1")
    {
        var api = new RunningApi(time ?? TimeProvider.System, enableScripts, acl, calls, group);
        await api.Catalog.StartAsync(CancellationToken.None);
        await api.Server.StartAsync(CancellationToken.None);
        api._http.BaseAddress = new Uri($"http://{api.Server.LocalAddress}");
        return api;
    }

    /// <summary>Sends a request that the caller has put together.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    public async Task<HttpResponseMessage> SendAsync(string method, string path, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new ByteArrayContent(body);
        return await _http.SendAsync(request);
    }

    public async Task<(int Status, string Text)> AskAsync(string method, string path, string? body = null)
    {
        using var answer = await SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var (status, text) = await AskAsync("GET", path);
        Assert.True(status == 200, $"{path}: {status} {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task PutAsync(string path, string body = "")
    {
        var (status, text) = await AskAsync("PUT", path, body);
        Assert.True(status == 200, $"{path}: {status} {text}");
    }

    /// <summary>What <c>X-Consul-Index</c> says.</summary>
    public async Task<string> IndexAsync(string path)
    {
        using var answer = await SendAsync("GET", path);
        return answer.Headers.GetValues("X-Consul-Index").Single();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.StopAsync(CancellationToken.None);
        await Server.DisposeAsync();
        await Catalog.DisposeAsync();
        _http.Dispose();
        _meters.Dispose();
    }
}
