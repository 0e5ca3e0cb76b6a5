using System.Collections.Concurrent;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Tracing;

/// <summary>Whole agents of two sites with a relay between them, a gateway before the one and a service behind the other; and a collector for their spans.</summary>
public sealed class TracedSites : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _key = MeshKey.Generate();
    private readonly Dictionary<string, TestPlace> _places = new() { ["relay"] = new(), ["here"] = new(), ["there"] = new() };
    private readonly Dictionary<string, SkerryProcess> _agents = [];
    private readonly ConcurrentQueue<string> _served = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private WebApplication _service = null!;
    private string _tracing = "";

    /// <summary>The header <c>traceparent</c> of the newest request that the service was asked.</summary>
    public string LastServed => _served.Last();

    internal Collector Collector { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Collector = await Collector.StartAsync();
        _service = await StartServiceAsync();
        await StartAsync("relay", "cloud");
        await Task.WhenAll(StartAsync("here", "shop"), StartAsync("there", "factory"));
        using var limit = new CancellationTokenSource(Patience);
        while (!await TryAskAsync(null, limit.Token)) await Task.Delay(100, limit.Token); // a poll's pause
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents.Values) await agent.DisposeAsync();
        await _service.DisposeAsync();
        await Collector.DisposeAsync();
        _client.Dispose();
        foreach (var place in _places.Values) place.Dispose();
    }

    /// <summary>Has both sites send their spans by this protocol; null: they trace nothing.</summary>
    internal async Task TraceAsync(string? protocol)
    {
        var tracing = protocol is null ? "" : $"tracing: {{ endpoint: '{(protocol == "grpc" ? Collector.Grpc : Collector.Http)}', protocol: {protocol} }}";
        if (tracing == _tracing) return;
        _tracing = tracing;
        foreach (var (node, group) in new[] { ("here", "shop"), ("there", "factory") })
        {
            var before = _agents[node].Output.Count(line => line.Contains("in effect: tracing", StringComparison.Ordinal));
            await File.WriteAllTextAsync(_places[node].File("agent.yaml"), FileOf(node, group));
            await _agents[node].UntilLinesAsync("in effect: tracing", before + 1);
        }
    }

    /// <summary>Sends a request through the gateway to the service; every connection that it takes is opened for it, and closed after it.</summary>
    internal async Task AskAsync(string? traceparent)
    {
        using var limit = new CancellationTokenSource(Patience);
        Assert.True(await TryAskAsync(traceparent, limit.Token));
    }

    private async Task<bool> TryAskAsync(string? traceparent, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{_places["here"].Host}:8080/shop?token=secret");
        if (traceparent is not null) request.Headers.Add("traceparent", traceparent);
        using var answer = await _client.SendAsync(request, cancel);
        return answer.IsSuccessStatusCode;
    }

    private async Task<WebApplication> StartServiceAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var service = builder.Build();
        service.Run(context =>
        {
            _served.Enqueue(context.Request.Headers.TraceParent.ToString());
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
        await service.StartAsync();
        return service;
    }

    private async Task StartAsync(string node, string group)
    {
        await File.WriteAllTextAsync(_places[node].File("agent.yaml"), FileOf(node, group));
        var agent = SkerryProcess.Start("agent", "--config", _places[node].File("agent.yaml"));
        _agents.Add(node, agent);
        await agent.UntilReadyAsync();
    }

    private string FileOf(string node, string group) => $$"""
        node: { name: {{node}}, group: {{group}} }
        key: '{{_key}}'
        gossip: { bind: '{{_places[node].Host}}:0', profile: local }
        api: { address: '{{_places[node].Host}}:0' }
        edgeTunnel:
          mode: {{(node == "relay" ? "serverAndClient" : "clientOnly")}}
          finderPeriod: 1s
          relayNodes: [{ nodeName: relay, advertiseAddress: ['{{_places["relay"].Host}}'] }]
        {{_tracing}}
        {{PartOf(node)}}

        """;

    private string PartOf(string node) => node switch
    {
        "there" => $"services: [{{ name: orders, address: 127.0.0.1, port: {new Uri(_service.Urls.First()).Port}, exported: true }}]",
        "here" => $$"""
            gateway:
              listeners: [{ name: http, address: '{{_places[node].Host}}:8080' }]
              pipelines: [{ name: shop, plugins: [{ route: { path: /shop } }, { upstream: { service: orders, group: factory } }] }]
            """,
        _ => "",
    };
}
