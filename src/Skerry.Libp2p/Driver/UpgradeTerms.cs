using System.Net;

namespace Skerry.Libp2p.Driver;

/// <summary>What becomes of a channel.</summary>
/// <param name="Address">Where it leads.</param>
/// <param name="Expected">Who must be there; null: whoever is.</param>
/// <param name="IsClient">Whether this side is the client of all that follows: most often the one that called.</param>
internal sealed record UpgradeTerms(Multiaddr Address, PeerId? Expected, bool IsClient)
{
    /// <summary>Whether this end's port is one that is listened on.</summary>
    public bool IsFromListener { get; init; }

    /// <summary>This machine's end of the channel; null: it is the channel's own, or there is none.</summary>
    public IPAddress? Local { get; init; }

    /// <summary>The private network's key to speak under; null: the first, or the caller's.</summary>
    public PreSharedKey? Network { get; init; }

    /// <summary>A server that hears nothing for so long becomes the client: the other side called as a server. Null: it waits.</summary>
    public TimeSpan? Silence { get; init; }
}
