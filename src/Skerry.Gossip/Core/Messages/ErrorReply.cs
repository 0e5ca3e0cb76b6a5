namespace Skerry.Gossip.Core.Messages;

/// <summary>The answer on a TCP stream that could not be parsed or was not allowed.</summary>
/// <param name="Error">For the log.</param>
internal sealed record ErrorReply(string Error) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.Error;
}
