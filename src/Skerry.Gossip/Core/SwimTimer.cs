namespace Skerry.Gossip.Core;

/// <summary>What a deadline of the core is for.</summary>
internal enum SwimTimer
{
    /// <summary>The next probe begins.</summary>
    Probe,

    /// <summary>No direct ack: ask others.</summary>
    ProbeTimeout,

    /// <summary>The probe is over.</summary>
    ProbeEnd,

    /// <summary>A suspicion runs out.</summary>
    Suspicion,

    /// <summary>A ping on somebody's behalf is over.</summary>
    Forward,

    /// <summary>The next round of gossip.</summary>
    Gossip,

    /// <summary>The next exchange of the whole state.</summary>
    PushPull,

    /// <summary>A step of leaving has taken long enough.</summary>
    Leave,

    /// <summary>The old are forgotten.</summary>
    Reap,

    /// <summary>One failed member is tried again.</summary>
    Reconnect,

    /// <summary>Answers about a disputed name are counted.</summary>
    Conflict,

    /// <summary>A pruned member that was leaving is forgotten.</summary>
    Prune,
}
