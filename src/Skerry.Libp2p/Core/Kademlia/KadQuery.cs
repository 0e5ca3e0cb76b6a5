using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A query under way.</summary>
/// <param name="number">Its number; below zero it is the DHT's own, and nobody waits for it.</param>
/// <param name="kind">What it is after.</param>
/// <param name="key">The key or peer id it is about.</param>
/// <param name="lookup">Whom it asks.</param>
/// <param name="deadline">When it ends with what it has.</param>
internal sealed class KadQuery(long number, KadQueryKind kind, byte[] key, Lookup lookup, Instant deadline)
{
    public long Number => number;

    public KadQueryKind Kind => kind;

    public byte[] Key => key;

    public Lookup Lookup => lookup;

    public Instant Deadline => deadline;

    public bool IsOwn => number < 0;

    /// <summary>How many providers are wanted.</summary>
    public int Limit { get; init; }

    /// <summary>Who was found.</summary>
    public HashSet<PeerId> Found { get; } = [];

    /// <summary>Whether the closest nodes are known and are being told.</summary>
    public bool IsTelling { get; set; }

    /// <summary>Nodes being told.</summary>
    public int Telling { get; set; }

    /// <summary>Nodes that were told.</summary>
    public int Told { get; set; }

    public bool IsOver { get; set; }

    /// <summary>What it asks.</summary>
    public KadMessage Question => new(kind == KadQueryKind.FindProviders ? KadMessageType.GetProviders : KadMessageType.FindNode, key);
}
