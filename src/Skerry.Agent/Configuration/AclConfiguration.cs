using System.ComponentModel;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>acl</c>.</summary>
internal sealed record AclConfiguration
{
    [Description("Whether the HTTP API asks for tokens and denies what no policy allows. Needs `manifest.role` server or observer: tokens stand in the manifest. The same on all nodes of a group.")]
    public bool Enabled { get; init; }

    [Description("Whether etcd's clients are answered at `manifest.etcd` all the same: they bring no tokens, and whoever reaches it can read and change every key. Without it that door stays closed.")]
    public bool AllowEtcd { get; init; }
}
