namespace Skerry.Gossip.Core.Messages;

/// <summary>The payload of Serf's key queries.</summary>
/// <param name="Key">The key meant; empty when the keys are listed.</param>
internal sealed record KeyRequest(ByteString Key) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.KeyRequest;

    /// <summary>Without the key: traces are no place for it.</summary>
    public override string ToString() => nameof(KeyRequest);
}
