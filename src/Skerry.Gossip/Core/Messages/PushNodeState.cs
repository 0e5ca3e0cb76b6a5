namespace Skerry.Gossip.Core.Messages;

/// <summary>One node as one side of a push/pull holds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it listens; port 0: the receiver's own configured port.</param>
/// <param name="Meta">Its tags as Serf encodes them.</param>
/// <param name="Incarnation">The newest known.</param>
/// <param name="State">What it is held to be; a number outside the enumeration is to be ignored.</param>
/// <param name="Versions">What it speaks.</param>
internal readonly record struct PushNodeState(
    string Name,
    NodeAddress Address,
    ByteString Meta,
    uint Incarnation,
    SwimState State,
    ProtocolVersions Versions);
