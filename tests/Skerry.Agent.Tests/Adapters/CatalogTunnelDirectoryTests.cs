using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Agent.Adapters;
using Skerry.Catalog;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>What the tunnel believes of nodes.</summary>
public sealed class CatalogTunnelDirectoryTests
{
    [Fact]
    public async Task A_node_is_dead_when_membership_says_so_unless_this_node_hears_from_nobody_at_all()
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        await using var catalog = new ServiceCatalog(
            new CatalogOptions { NodeName = "here", NodeId = "7f1b", Group = "reef", Address = "127.0.0.1" }, null, TimeProvider.System, NullLoggerFactory.Instance, meters);
        await catalog.StartAsync(TestContext.Current.CancellationToken);
        var directory = new CatalogTunnelDirectory(catalog, "here");
        catalog.SetLiveness("there", "127.0.0.2", NodeLiveness.Alive);
        catalog.SetLiveness("other", "127.0.0.3", NodeLiveness.Alive);
        Assert.False(directory.IsDead("there"));
        catalog.SetLiveness("there", "127.0.0.2", NodeLiveness.Failed);
        Assert.True(directory.IsDead("there"));
        Assert.False(directory.IsDead("nobody"));
        // From here on it is as likely that this node is cut off.
        catalog.SetLiveness("other", "127.0.0.3", NodeLiveness.Failed);
        Assert.False(directory.IsDead("there"));
    }
}
