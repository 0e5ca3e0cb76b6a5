namespace Skerry.Gossip.Core.Messages;

/// <summary>A node means to be here.</summary>
/// <param name="LTime">On the member clock.</param>
/// <param name="Node">Who.</param>
internal sealed record JoinIntent(ulong LTime, string Node) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.Join;
}
