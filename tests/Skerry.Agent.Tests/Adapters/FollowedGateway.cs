using System.Net;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Agent.Adapters;
using Skerry.Agent.Configuration;
using Skerry.Api;
using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Manifest;
using Skerry.Manifest.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>A gateway that follows a group of one, made of the parts that an agent makes it of.</summary>
internal sealed class FollowedGateway : IAsyncDisposable
{
    private readonly TestMeters _meters = new();
    private readonly HttpClient _http = new();
    private readonly GatewayFollower _follower;

    private FollowedGateway(string keptFile)
    {
        var options = new CatalogOptions { NodeName = "here", NodeId = "id", Group = "dc1", Address = "127.0.0.1" };
        Catalog = new ServiceCatalog(options, null, TimeProvider.System, NullLoggerFactory.Instance, _meters);
        Gateway = new GatewayServer(Catalog, TimeProvider.System, NullLoggerFactory.Instance, _meters);
        Manifest = new ManifestNode(new ManifestOptions(), TimeProvider.System, _meters, NullLoggerFactory.Instance);
        Log = new LogOfOne(Manifest);
        Store = new ObjectStore(Manifest, "gateway");
        Control = new ManifestGateway(Store, Log, Catalog, "here", TimeProvider.System);
        _follower = new GatewayFollower(Gateway, Catalog, new KeptGateway(keptFile, NullLogger.Instance), "here", TimeProvider.System, NullLogger.Instance);
    }

    public ServiceCatalog Catalog { get; }

    public GatewayServer Gateway { get; }

    public ManifestNode Manifest { get; }

    public LogOfOne Log { get; }

    public ObjectStore Store { get; }

    public IGatewayControl Control { get; }

    public GatewayFollower Follower => _follower;

    /// <summary>What the node says of itself.</summary>
    public GatewayFacts Facts => Catalog.Current.Nodes.TryGetValue("here", out var self) ? self.Gateway : GatewayFacts.None;

    /// <param name="keptFile">Where the set in effect is kept.</param>
    /// <param name="configuration">The section <c>gateway</c> of its file.</param>
    /// <param name="isAlone">Whether it does not hear from its group.</param>
    public static async Task<FollowedGateway> StartAsync(string keptFile, string configuration = "", bool isAlone = false)
    {
        var gateway = new FollowedGateway(keptFile);
        await gateway.Catalog.StartAsync(CancellationToken.None);
        await gateway.Follower.StartAsync(File(configuration), CancellationToken.None);
        gateway.Manifest.Start(gateway.Log);
        if (!isAlone) gateway.Follower.Follow(gateway.Manifest, gateway.Store);
        return gateway;
    }

    public static FileGateway File(string configuration) => FileGateway.Of("agent.yaml", new ConfigurationFile("agent.yaml", []).Parse(configuration));

    public Task<ApiGatewayOutcome> ApplyAsync(string text, ApiGatewayTerms? terms = null, bool isPruning = false) =>
        Control.ApplyAsync(new ApiGatewayApply(text, null, null, isPruning, terms ?? new ApiGatewayTerms()), CancellationToken.None);

    public Task UntilAsync(long revision) => Eventually.HoldsAsync(() => Facts.Revision == (ulong)revision, () => $"revision {revision} in effect: {Facts}");

    /// <summary>What the gateway answers at a listener, by its status alone.</summary>
    public async Task<HttpStatusCode> AskAsync(string listener, string path)
    {
        using var answer = await _http.GetAsync(new Uri($"http://{Gateway.Listeners[listener]}{path}"));
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await Gateway.DisposeAsync();
        await Manifest.DisposeAsync();
        await Catalog.DisposeAsync();
        _http.Dispose();
        _meters.Dispose();
    }
}
