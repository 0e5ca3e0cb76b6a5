using System.Net;

using Skerry.Catalog;
using Skerry.Gateway.Plugins.Upstream;
using Skerry.Replication.Tests;

namespace Skerry.Gateway.Tests;

/// <summary>Instances of other groups behind an upstream.</summary>
public sealed class GroupTests : IAsyncDisposable
{
    private readonly InMemoryNetwork _wide = new();
    private readonly KnownFarInstances _far = new();
    private readonly List<IAsyncDisposable> _started = [];

    [Fact]
    public async Task The_nearest_other_group_answers_until_the_own_one_can()
    {
        var gateway = await StartAsync(new UpstreamOptions { Service = "web" });
        var (near, distant, own) = (Answering("near"), Answering("distant"), Answering("own"));
        _far.RoundTrips["moon-1"] = TimeSpan.FromSeconds(1);
        _far.RoundTrips["works-1"] = TimeSpan.FromMilliseconds(5);
        _far.Open("moon-1", distant.Address);
        _far.Open("works-1", near.Address);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.Http.GetAsync("/")).StatusCode);
        await StartGroupAsync(gateway, "moon");
        await UntilAsync(gateway, "distant");
        var works = await StartGroupAsync(gateway, "works");
        await UntilAsync(gateway, "near");
        await works.DeregisterServiceAsync("web", CancellationToken.None);
        await UntilAsync(gateway, "distant");
        await RegisterAsync(gateway.Catalog, IPEndPoint.Parse(own.Address).Port);
        await UntilAsync(gateway, "own");
    }

    [Fact]
    public async Task A_group_that_is_named_answers_though_the_own_one_could()
    {
        var gateway = await StartAsync(new UpstreamOptions { Service = "web", Group = "works" });
        await RegisterAsync(gateway.Catalog, IPEndPoint.Parse(Answering("own").Address).Port);
        await StartGroupAsync(gateway, "moon");
        _far.Open("moon-1", Answering("moon").Address);
        await StartGroupAsync(gateway, "works");
        // Asked for, but not there yet: nobody else's instances do instead.
        await Eventually.HoldsAsync(() => _far.Asked.ContainsKey("works-1"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.Http.GetAsync("/")).StatusCode);
        Assert.DoesNotContain("moon-1", _far.Asked.Keys);
        _far.Open("works-1", Answering("works").Address);
        await UntilAsync(gateway, "works");
    }

    [Fact]
    public async Task A_forward_by_tag_asks_no_other_group()
    {
        var gateway = await StartAsync(new UpstreamOptions { Service = "web", Tag = "v2" });
        await StartGroupAsync(gateway, "works");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.Http.GetAsync("/")).StatusCode);
        Assert.Empty(_far.Asked);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in Enumerable.Reverse(_started)) await started.DisposeAsync();
    }

    private static Task RegisterAsync(ServiceCatalog catalog, int port) => catalog.RegisterServiceAsync(
        new ServiceInstance { Node = "", Id = "web", Name = "web", Port = port, Address = "127.0.0.1", Exported = true }, [], replaceExistingChecks: true, CancellationToken.None);

    private static async Task UntilAsync(TestGateway gateway, string body)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string answer;
        while ((answer = await (await gateway.Http.GetAsync("/")).Content.ReadAsStringAsync()) != body) Assert.False(patience.IsCancellationRequested, $"'{body}' does not answer, but '{answer}'.");
    }

    private Backend Answering(string body)
    {
        var backend = Backend.Answering(Backend.Ok(body));
        _started.Add(backend);
        return backend;
    }

    private async Task<TestGateway> StartAsync(UpstreamOptions upstream)
    {
        var gateway = await TestGateway.StartAsync(TestGateway.Options(upstream), _far, _wide.Join("test"));
        _started.Add(gateway);
        return gateway;
    }

    /// <summary>A group of one node that exports the service; waits until the gateway's node sees it.</summary>
    private async Task<ServiceCatalog> StartGroupAsync(TestGateway gateway, string group)
    {
        var catalog = await TestGateway.StartCatalogAsync(group + "-1", group, _wide.Join(group + "-1"));
        _started.Add(catalog);
        await RegisterAsync(catalog, 1);
        catalog.WidePeersChanged();
        gateway.Catalog.WidePeersChanged();
        await Eventually.HoldsAsync(() => gateway.Catalog.Current.Groups.TryGetValue(group, out var seen) && seen.Instances("web").Length == 1);
        return catalog;
    }
}
