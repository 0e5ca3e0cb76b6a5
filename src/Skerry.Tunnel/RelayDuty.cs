namespace Skerry.Tunnel;

/// <summary>Whether a node carries traffic for others.</summary>
public enum RelayDuty
{
    /// <summary>When others can dial it; one that operators name, as long as others are not shown to be unable to.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
