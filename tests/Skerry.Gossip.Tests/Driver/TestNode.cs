using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Skerry.Gossip.Tests.Driver;

/// <summary>Nodes on real loopback sockets, with free ports and the timers of one machine.</summary>
internal static class TestNode
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly ServiceProvider Services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public static GossipOptions Options(string name) => new()
    {
        NodeName = name,
        Bind = new IPEndPoint(IPAddress.Loopback, 0),
        Profile = GossipProfile.Local,
        Tags = ImmutableSortedDictionary<string, string>.Empty.Add(GossipNode.SkerryTag, "1").Add("role", name),
    };

    public static Task<GossipNode> StartAsync(GossipOptions options) => StartAsync(options, Services.GetRequiredService<IMeterFactory>());

    public static async Task<GossipNode> StartAsync(GossipOptions options, IMeterFactory meters)
    {
        var node = new GossipNode(options, TimeProvider.System, NullLoggerFactory.Instance, meters);
        await node.StartAsync(CancellationToken.None);
        return node;
    }

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited {Patience.TotalSeconds} s for {what}.");
            await Task.Delay(5); // between two polls of the condition
        }
    }

    public static Task SeesAsync(this GossipNode node, string member, MemberStatus status) =>
        UntilAsync(() => node.Members.TryGetValue(member, out var found) && found.Status == status, $"{node.Name} to see {member} as {status}");
}
