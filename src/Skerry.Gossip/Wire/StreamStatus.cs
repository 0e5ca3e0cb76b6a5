namespace Skerry.Gossip.Wire;

/// <summary>How far a stream has been read.</summary>
internal enum StreamStatus : byte
{
    /// <summary>The message is not all there yet.</summary>
    NeedMore,

    /// <summary>A whole message.</summary>
    Complete,

    /// <summary>It can never become a message.</summary>
    Failed,
}
