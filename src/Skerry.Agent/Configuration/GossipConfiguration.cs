using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

using Skerry.Agent.Configuration.Schema;
using Skerry.Gossip;
using Skerry.Primitives;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>gossip</c>.</summary>
internal sealed record GossipConfiguration
{
    [Description("Where gossip listens, UDP and TCP alike. Port 0 takes a free one.")]
    public IPEndPoint Bind { get; init; } = new(IPAddress.Loopback, 7946);

    [Description("The address other nodes are told to use. Absent: the bound one; when that is 0.0.0.0, the host's first private address.")]
    public IPEndPoint? Advertise { get; init; }

    [Description("Timers for one site (lan), across the internet (wan), or one machine (local). The same on every node.")]
    public GossipProfile Profile { get; init; } = GossipProfile.Lan;

    [Reloadable, Description("Members to join through: HOST, HOST:PORT or NAME/HOST:PORT. Tried again, with growing pauses, until one answers.")]
    public ImmutableArray<string> Join { get; init; } = [];

    [Reloadable, Range(typeof(TimeSpan), "00:00:01", "01:00:00"), Description("The longest pause between two rounds of joining; each is drawn from its upper half.")]
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(30);

    [Secret, Description("Gossip keys of a Serf cluster to take part in: 16, 24 or 32 bytes in base64, the one to send with first. Instead of the key derived from the mesh key.")]
    public ImmutableArray<string> EncryptKeys { get; init; } = [];

    [Description("File with such keys as a JSON list, Serf's keyring file.")]
    public string? KeyringFile { get; init; }

    [Reloadable, Description("What the node says of itself to all members; at most 512 bytes with what Skerry adds (`skerry`, `group`, `id`).")]
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Rejoin the members known before, even after a graceful leave.")]
    public bool RejoinAfterLeave { get; init; }

    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00"), Description("A failed member is forgotten after this.")]
    public TimeSpan ReconnectTimeout { get; init; } = TimeSpan.FromHours(24);

    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00"), Description("A member that left is forgotten after this.")]
    public TimeSpan TombstoneTimeout { get; init; } = TimeSpan.FromHours(24);
}
