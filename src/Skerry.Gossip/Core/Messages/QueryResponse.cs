namespace Skerry.Gossip.Core.Messages;

/// <summary>An answer, or the ack, to a query.</summary>
/// <param name="LTime">The query's.</param>
/// <param name="Id">The query's.</param>
/// <param name="From">Who answers.</param>
/// <param name="Flags"><see cref="QueryFlags.Ack"/> when this is only the ack.</param>
/// <param name="Payload">The application's.</param>
internal sealed record QueryResponse(ulong LTime, uint Id, string From, QueryFlags Flags, ByteString Payload) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.QueryResponse;
}
