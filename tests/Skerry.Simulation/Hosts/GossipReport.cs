using Skerry.Gossip;

namespace Skerry.Simulation;

/// <summary>A membership event as one node reported it.</summary>
/// <param name="Observer">Who reports.</param>
/// <param name="Subject">About whom.</param>
/// <param name="Change">What happened.</param>
/// <param name="Status">What the observer now holds the subject to be.</param>
/// <param name="Incarnation">And at which incarnation.</param>
internal readonly record struct GossipReport(int Observer, int Subject, MembershipChange Change, MemberStatus Status, uint Incarnation);
