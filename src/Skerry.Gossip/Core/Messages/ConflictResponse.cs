namespace Skerry.Gossip.Core.Messages;

/// <summary>Who a member holds a disputed name to be; only ever the payload of a query response.</summary>
/// <param name="Member">Null when it knows none of that name.</param>
internal sealed record ConflictResponse(ConflictMember? Member) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.ConflictResponse;
}
