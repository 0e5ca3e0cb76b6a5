namespace Skerry.Gossip;

/// <summary>What happened to a member.</summary>
public enum MembershipChange
{
    /// <summary>Seen for the first time, or back after it had failed or left.</summary>
    Joined,

    /// <summary>Left gracefully, or was forced out.</summary>
    Left,

    /// <summary>Held dead after its suspicion ran out.</summary>
    Failed,

    /// <summary>Its tags or address changed.</summary>
    Updated,

    /// <summary>Forgotten: it had failed or left too long ago, or was pruned.</summary>
    Reaped,
}
