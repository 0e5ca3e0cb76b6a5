using System.Collections.Concurrent;

namespace Skerry.Manifest.Tests.Forming;

/// <summary>Membership that all nodes of a test share; a node that is down is seen so.</summary>
internal sealed class TestDirectory : IGroupDirectory
{
    private readonly ConcurrentDictionary<string, GroupServer> _servers = new(StringComparer.Ordinal);

    public IReadOnlyList<GroupServer> Servers => [.. _servers.Values];

    public void Announce(GroupServer self) => _servers[self.Node] = self;

    /// <summary>Membership takes a node for alive.</summary>
    public void See(string node) => _servers[node] = _servers[node] with { IsAlive = true };

    public void Lose(string node)
    {
        if (_servers.TryGetValue(node, out var server)) _servers[node] = server with { IsAlive = false };
    }
}
