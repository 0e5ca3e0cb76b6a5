namespace Skerry.Libp2p.Driver;

/// <summary>How a call is made.</summary>
internal sealed record DialTerms
{
    /// <summary>As most are: from the listener's port, as the client of all that follows.</summary>
    public static readonly DialTerms Ordinary = new();

    /// <summary>From a port of its own: nothing that an earlier call opened in a NAT lets it through.</summary>
    public static readonly DialTerms OwnPort = new() { IsPortShared = false };

    /// <summary>Whether it goes out from the listener's port where that can be.</summary>
    public bool IsPortShared { get; init; } = true;

    /// <summary>Whether this side is the server of the security protocol and the muxer though it calls: so two that call each other at once agree.</summary>
    public bool IsServer { get; init; }
}
