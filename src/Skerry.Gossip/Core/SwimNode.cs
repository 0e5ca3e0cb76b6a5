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

    /// <summary>Answers nacks and CRCs, by the versions it says it understands.</summary>
    public bool UnderstandsNack => Versions.ProtocolMax >= 4;

    public bool UnderstandsChecksum => Versions.ProtocolMax >= 5;

    public bool AnswersStreamPing => Versions.ProtocolMax >= 3;

    public bool IsGone => State is SwimState.Dead or SwimState.Left;
}
