using System.Net;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Agent.Adapters;
using Skerry.Catalog;
using Skerry.Catalog.Tests;
using Skerry.Gateway.Tests;
using Skerry.Proxy;
using Skerry.Proxy.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Agent.Tests.Adapters;

public sealed class ProxyFarInstancesTests : IAsyncDisposable
{
    private readonly TestMeters _meters = new();
    private readonly ManualTime _time = new();
    private readonly HeardLog _log = new();
    private readonly ServiceCatalog _catalog;
    private readonly ProxyServer _proxy;
    private readonly ProxyFarInstances _far;

    public ProxyFarInstancesTests()
    {
        _catalog = new ServiceCatalog(new CatalogOptions { NodeName = "here", NodeId = "id-here", Group = "shop", Address = "127.0.0.1" }, null, TimeProvider.System, NullLoggerFactory.Instance, _meters);
        _proxy = new ProxyServer(new ProxyIdentity("here", "shop"), _catalog, far: null, distances: null, TimeProvider.System, NullLoggerFactory.Instance, _meters);
        _far = new ProxyFarInstances(_proxy, _catalog, new NoDistances(), _time, _log);
    }

    /// <summary>It is told once: who asks then and gets nothing never uses that instance.</summary>
    [Fact]
    public async Task An_address_that_is_told_of_is_there()
    {
        for (var i = 0; i < 500; i++)
        {
            var instance = Instance("orders", i);
            var told = new TaskCompletionSource<IPEndPoint?>();
            void Ask() => told.TrySetResult(_far.Find(instance));
            _far.Changed += Ask;
            _far.Find(instance);
            Assert.NotNull(await told.Task.WaitAsync(TestClient.Limit));
            _far.Changed -= Ask;
        }
    }

    [Fact]
    public async Task An_address_that_cannot_be_had_is_asked_for_again_after_a_while()
    {
        var instance = Instance("no/name", 1);
        for (var tries = 1; tries <= 3; tries++)
        {
            Assert.Null(_far.Find(instance));
            await Eventually.HoldsAsync(() => _time.Armed == 1);
            Assert.Equal(tries, _log.Heard.Count);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal("The gateway does without instance no/name-1 on there of group works for now: there is no address for it here: 'no/name' cannot be a service's name", _log.Heard[0]);
    }

    public async ValueTask DisposeAsync()
    {
        _far.Dispose();
        await _proxy.DisposeAsync();
        await _catalog.DisposeAsync();
        _meters.Dispose();
        _log.Dispose();
    }

    private static ServiceEntry Instance(string service, int number)
    {
        var node = new CatalogNode { Name = "there", Id = "id-there", Address = "10.0.0.1", Group = "works" };
        return new ServiceEntry(node, new ServiceInstance { Node = "there", Id = $"{service}-{number}", Name = service, Port = 80 }, [], CheckStatus.Passing);
    }

    private sealed class NoDistances : INodeDistances
    {
        public TimeSpan? RoundTripTo(string node) => null;
    }
}
