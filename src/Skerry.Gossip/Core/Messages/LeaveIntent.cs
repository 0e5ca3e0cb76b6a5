namespace Skerry.Gossip.Core.Messages;

/// <summary>A node means to leave, or an operator means it to.</summary>
/// <param name="LTime">On the member clock.</param>
/// <param name="Node">Who.</param>
/// <param name="Prune">Whether to forget it at once.</param>
internal sealed record LeaveIntent(ulong LTime, string Node, bool Prune) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.Leave;
}
