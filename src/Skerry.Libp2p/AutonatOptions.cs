namespace Skerry.Libp2p;

/// <summary>
/// Finding out whether others reach this node, and trying that for others (libp2p autonat/autonat-v1.md and autonat-v2.md). The calls this node makes for others
/// come from a peer id of their own, so that they are mixed up with nothing else.
/// </summary>
public sealed record AutonatOptions
{
    /// <summary>Whether this node calls back peers that ask for it.</summary>
    public bool Serves { get; init; } = true;

    /// <summary>Calls for one peer in a minute; more are refused. 1 or more.</summary>
    public int CallsPerPeer { get; init; } = 12;

    /// <summary>Calls for all peers in a minute; more are refused. 1 or more.</summary>
    public int Calls { get; init; } = 60;

    /// <summary>How long one call, its handshake included, may take. Above zero.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often this node has itself tried; zero: only when <see cref="Libp2pHost.ProbeAsync"/> is called. What was found out holds for twice as long.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Servers asked each time, of different IP addresses where there are. 1 to 16.</summary>
    public int Servers { get; init; } = 4;

    /// <summary>
    /// Servers that must say the same before their word is believed, and they must be the majority. A call that came with the number only this node and the
    /// server knew (version 2) is a proof and needs no second one. 1 or more.
    /// </summary>
    public int Confirmations { get; init; } = 2;
}
