using System.Collections.Immutable;

namespace Skerry.Gossip.Core.Messages;

/// <summary>A question to every member that all filters let through.</summary>
/// <param name="LTime">On the query clock.</param>
/// <param name="Id">With <paramref name="LTime"/>, what a response answers with.</param>
/// <param name="Origin">Where responses go, over UDP.</param>
/// <param name="SourceNode">Who asks; empty from old peers.</param>
/// <param name="Filters">All must pass.</param>
/// <param name="Flags">Whether to ack and to gossip on.</param>
/// <param name="RelayFactor">Through how many other members a response is sent besides.</param>
/// <param name="Timeout">How long after receipt a response is still welcome.</param>
/// <param name="Name">Which question; those that begin with <c>_serf_</c> are Serf's own.</param>
/// <param name="Payload">The application's.</param>
internal sealed record Query(
    ulong LTime,
    uint Id,
    NodeAddress Origin,
    string SourceNode,
    ImmutableArray<QueryFilter> Filters,
    QueryFlags Flags,
    byte RelayFactor,
    TimeSpan Timeout,
    string Name,
    ByteString Payload) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.Query;
}
