namespace Skerry.Gossip.Core.Messages;

/// <summary>What a memberlist user message (or the user state of a push/pull) carries: pure data, never changed once made.</summary>
internal abstract record SerfMessage
{
    /// <summary>Its number on the wire.</summary>
    public abstract SerfMessageType Type { get; }
}
