namespace Skerry.Gossip;

/// <summary>Which network the timers are made for.</summary>
public enum GossipProfile
{
    /// <summary>One site: round trips below a few milliseconds.</summary>
    Lan,

    /// <summary>Across the internet.</summary>
    Wan,

    /// <summary>One machine: tests and demonstrations.</summary>
    Local,
}
