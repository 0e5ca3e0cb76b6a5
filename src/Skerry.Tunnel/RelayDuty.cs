namespace Skerry.Tunnel;

/// <summary>Whether a node carries traffic for others.</summary>
public enum RelayDuty
{
    /// <summary>When others can dial it.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
