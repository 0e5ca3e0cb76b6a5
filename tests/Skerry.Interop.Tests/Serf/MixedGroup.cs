using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Gossip;

namespace Skerry.Interop.Tests.Serf;

/// <summary>Starts what a test of a mixed group needs: serf agents and Skerry nodes with the same keys and timers.</summary>
public abstract class MixedGroup
{
    /// <summary>The group's first key.</summary>
    protected const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static readonly ServiceProvider Services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    protected static IMeterFactory Meters => Services.GetRequiredService<IMeterFactory>();

    internal static Task<SerfAgent> StartSerfAsync(string name, bool encrypted, params string[] options) =>
        SerfAgent.StartAsync(name, [.. SerfOptions(encrypted), .. options]);

    protected static string[] SerfOptions(bool encrypted) => encrypted ? [$"-encrypt={Key}"] : [];

    protected static GossipOptions SkerryOptions(string name, bool encrypted) => new()
    {
        NodeName = name,
        Bind = new IPEndPoint(IPAddress.Loopback, 0),
        Profile = GossipProfile.Local,
        Keys = encrypted ? [Convert.FromBase64String(Key)] : [],
        Tags = ImmutableSortedDictionary<string, string>.Empty.Add(GossipNode.SkerryTag, "1").Add("role", "rock"),
    };

    protected static Task<GossipNode> StartSkerryAsync(string name, bool encrypted) => StartSkerryAsync(SkerryOptions(name, encrypted));

    protected static async Task<GossipNode> StartSkerryAsync(GossipOptions options)
    {
        var node = new GossipNode(options, TimeProvider.System, NullLoggerFactory.Instance, Meters);
        await node.StartAsync(CancellationToken.None);
        return node;
    }

    internal static Task SeesAsync(GossipNode node, SerfAgent serf, string member, MemberStatus status) => serf.UntilAsync(
        () => Task.FromResult(node.Members.TryGetValue(member, out var found) && found.Status == status),
        $"the Skerry node to see {member} as {status}; it sees {string.Join(", ", node.Members.Values.Select(known => $"{known.Name} {known.Status}"))}");
}
