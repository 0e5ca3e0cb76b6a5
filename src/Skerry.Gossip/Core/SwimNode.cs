using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>A row of the membership table: what SWIM holds of one node. Every node holds one on every other: a field more is paid n x n times.</summary>
/// <param name="told">What is known of it from the start.</param>
internal sealed class SwimNode(Alive told)
{
    /// <summary>What it last said of itself; <see cref="Incarnation"/> may have risen since.</summary>
    public Alive Told { get; set; } = told;

    public string Name => Told.Node;

    /// <summary>As it came: an IPv4 in 4 and in 16 bytes are two addresses to memberlist.</summary>
    public NodeAddress Address => Told.Address;

    public ByteString Meta => Told.Meta;

    public ProtocolVersions Versions => Told.Versions;

    /// <summary>Only grows, and only the node itself raises it.</summary>
    public uint Incarnation { get; set; }

    public SwimState State { get; set; } = SwimState.Dead;

    /// <summary>When <see cref="State"/> last changed.</summary>
    public Instant StateChanged { get; set; }

    /// <summary>Set exactly while <see cref="State"/> is suspect.</summary>
    public Suspicion? Suspicion { get; set; }

    /// <summary>Answers pings over TCP, by the versions it says it understands; so the two below.</summary>
    public bool AnswersStreamPing => Versions.ProtocolMax >= 3;

    public bool UnderstandsNack => Versions.ProtocolMax >= 4;

    public bool UnderstandsChecksum => Versions.ProtocolMax >= 5;

    public bool IsGone => State is SwimState.Dead or SwimState.Left;

    /// <summary>Its place among the living; -1 when it is gone. The <see cref="MemberTable"/>'s own.</summary>
    public int Turn { get; set; } = -1;

    /// <summary>Its entry among the gone; 0 when it lives. The <see cref="GoneLog"/>'s own.</summary>
    public int GoneEntry { get; set; }
}
