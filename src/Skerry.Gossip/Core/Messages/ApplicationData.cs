namespace Skerry.Gossip.Core.Messages;

/// <summary>Bytes of a part of Skerry that stands above gossip. For members that carry the tag <c>skerry</c> only.</summary>
/// <param name="Payload">What stands after the type byte.</param>
internal sealed record ApplicationData(ByteString Payload) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.Application;
}
