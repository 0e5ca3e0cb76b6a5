using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>manifest</c>.</summary>
internal sealed record ManifestConfiguration
{
    [Description("This node's part: `server` votes, `observer` has everything and no vote, `none` takes no part. Servers and observers need `dataDirectory`, and more than one node a key.")]
    public ManifestRole Role { get; init; }

    [Range(1, 7), Description("Servers that must be there before a new group is founded: the same on all of them. Those that come later are added whatever they say.")]
    public int BootstrapExpect { get; init; } = 1;

    [Description("Where etcd's clients are answered. Whoever reaches it can read and change everything: a loopback address unless the network is trusted.")]
    public IPEndPoint Etcd { get; init; } = new(IPAddress.Loopback, 2379);
}
