namespace Skerry.Gossip;

/// <summary>What a member is held to be; the numbers are Serf's.</summary>
public enum MemberStatus
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Answers probes, or is suspected and may still refute.</summary>
    Alive = 1,

    /// <summary>Has said it will leave.</summary>
    Leaving = 2,

    /// <summary>Left gracefully, or was forced out.</summary>
    Left = 3,

    /// <summary>Stopped answering without a word.</summary>
    Failed = 4,
}
