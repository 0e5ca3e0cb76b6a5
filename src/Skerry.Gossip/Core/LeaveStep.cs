namespace Skerry.Gossip.Core;

/// <summary>How far a graceful leave has come.</summary>
internal enum LeaveStep
{
    /// <summary>The node stays.</summary>
    None,

    /// <summary>Its intent is being gossiped.</summary>
    Intent,

    /// <summary>Its own death notice is being gossiped.</summary>
    Dead,

    /// <summary>Both were sent; they get time to spread.</summary>
    Propagate,

    /// <summary>Done.</summary>
    Finished,
}
