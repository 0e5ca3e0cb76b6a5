namespace Skerry.Gossip.Core;

/// <summary>What the core tells of itself.</summary>
internal enum Notice
{
    /// <summary>A member did not answer in any way and is suspected from now on.</summary>
    ProbeFailed,

    /// <summary>A member answers over TCP only: its UDP does not come through.</summary>
    OnlyStreamPing,

    /// <summary>Somebody held this node suspect or dead; it said otherwise.</summary>
    Refuted,

    /// <summary>Two nodes claim one name.</summary>
    NameConflict,

    /// <summary>The group sided with the other node of this name: this one must stop.</summary>
    NameLost,

    /// <summary>A state was not merged: the versions spoken do not meet.</summary>
    MergeRefused,

    /// <summary>A message was dropped: it made no sense here.</summary>
    Dropped,

    /// <summary>The loop came late and gave the members that time back.</summary>
    LoopLate,

    /// <summary>A queue was too long and lost its oldest.</summary>
    QueuePruned,

    /// <summary>A round trip was measured.</summary>
    RoundTrip,
}
