using System.Collections.Immutable;
using System.Text;

namespace Skerry.Catalog;

/// <summary>How a node is reached through the tunnel, as it says itself.</summary>
public sealed record TunnelFacts
{
    /// <summary>Most addresses a node may say: some of its own, and some for each relay that holds a reservation.</summary>
    public const int MaxAddresses = 32;

    /// <summary>All addresses and the zone together, bytes of UTF-8: half a record, so that what else a node says has room.</summary>
    public const int MaxSize = 8 * 1024;

    /// <summary>The longest address or zone, bytes of UTF-8.</summary>
    public const int MaxText = 512;

    /// <summary>Nothing is known: the node runs no tunnel, or has not spoken of it yet.</summary>
    public static readonly TunnelFacts None = new();

    /// <summary>Multiaddrs, the best first; circuit ones where it holds a reservation.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Whether it relays for others now.</summary>
    public bool IsRelay { get; init; }

    /// <summary>Its failure domain: what has the same zone may fail together. Empty: none is known.</summary>
    public string Zone { get; init; } = "";

    /// <summary>How much of what it may carry as a relay is in use: 0 to 100 percent, in steps coarse enough that it is seldom told anew.</summary>
    public int Load { get; init; }

    /// <summary>Whether it is willing to speak for its group to other groups: only a node whose catalog was given a wide transport may be.</summary>
    public bool IsBridge { get; init; }

    /// <summary>Whether it takes part in what its group agrees on, and answers other groups' calls about it.</summary>
    public bool HasManifest { get; init; }

    /// <summary>Whether it says nothing at all.</summary>
    internal bool IsEmpty => Addresses.IsEmpty && !IsRelay && !IsBridge && !HasManifest && Zone.Length == 0;

    /// <summary>Bytes of UTF-8 of all addresses and the zone.</summary>
    internal int Size => Encoding.UTF8.GetByteCount(Zone) + Addresses.Sum(Encoding.UTF8.GetByteCount);

    /// <summary>By what is said, addresses one by one.</summary>
    public bool Equals(TunnelFacts? other) =>
        other is not null && (IsRelay, IsBridge, HasManifest, Zone, Load) == (other.IsRelay, other.IsBridge, other.HasManifest, other.Zone, other.Load) && Addresses.SequenceEqual(other.Addresses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsRelay, IsBridge, HasManifest, Zone, Addresses.Length, Addresses.IsEmpty ? "" : Addresses[0]);
}
