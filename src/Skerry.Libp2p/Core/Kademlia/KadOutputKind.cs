namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>What the DHT asks of its driver.</summary>
internal enum KadOutputKind
{
    /// <summary>Ask the peer; its answer comes back under the same number.</summary>
    Ask,

    /// <summary>Tell the peer, which does not answer; that it was told comes back under the same number.</summary>
    Tell,

    /// <summary>Answer the peer's request of this number.</summary>
    Answer,

    /// <summary>Break off the peer's request of this number; <see cref="KadOutput.Reason"/> says why.</summary>
    Refuse,

    /// <summary>The peer's request of this number needs no answer.</summary>
    Taken,

    /// <summary>The query of this number has found a peer.</summary>
    Found,

    /// <summary>The query of this number is over; <see cref="KadOutput.Count"/> says how many nodes it reached.</summary>
    Done,
}
