using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>A row of the membership table: what SWIM holds of one node.</summary>
/// <param name="name">Its name.</param>
internal sealed class SwimNode(string name)
{
    public string Name { get; } = name;

    /// <summary>As it came: an IPv4 in 4 and in 16 bytes are two addresses to memberlist.</summary>
    public NodeAddress Address { get; set; }

    public ByteString Meta { get; set; }

    public ProtocolVersions Versions { get; set; }

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

    /// <summary>Its place among all nodes; the <see cref="MemberTable"/>'s own.</summary>
    public int Place { get; set; }

    /// <summary>Its place among the living; -1 when it is gone. The <see cref="MemberTable"/>'s own.</summary>
    public int Turn { get; set; } = -1;

    /// <summary>Its entry among the gone; 0 when it lives. The <see cref="GoneLog"/>'s own.</summary>
    public long GoneEntry { get; set; }
}
