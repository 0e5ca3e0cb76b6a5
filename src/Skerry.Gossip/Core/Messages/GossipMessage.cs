namespace Skerry.Gossip.Core.Messages;

/// <summary>A memberlist message: pure data, never changed once made.</summary>
internal abstract record GossipMessage
{
    /// <summary>Its number on the wire.</summary>
    public abstract GossipMessageType Type { get; }
}
