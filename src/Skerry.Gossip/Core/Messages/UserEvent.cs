namespace Skerry.Gossip.Core.Messages;

/// <summary>An event for every member.</summary>
/// <param name="LTime">On the event clock.</param>
/// <param name="Name">Its name.</param>
/// <param name="Payload">The application's.</param>
/// <param name="Coalesce">Whether receivers may merge events of the same name.</param>
internal sealed record UserEvent(ulong LTime, string Name, ByteString Payload, bool Coalesce) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.UserEvent;
}
