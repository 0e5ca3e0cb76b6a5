using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Dcutr;

/// <summary>What the driver needs to know of either side of a hole punch.</summary>
internal interface IDcutrSide
{
    /// <summary>Attempts begun.</summary>
    int Attempts { get; }

    /// <summary>The round trip over the relay as last measured; zero before.</summary>
    TimeSpan RoundTrip { get; }

    /// <summary>When <see cref="Advance"/> is due.</summary>
    Instant NextDeadline { get; }

    /// <summary>The peer has said something.</summary>
    void Receive(DcutrMessage message, Instant now);

    /// <summary>The stream could not be opened, ended, or carried what cannot be. After the word to begin it is needed no more.</summary>
    /// <param name="isSpoken">Whether the peer speaks the protocol at all.</param>
    /// <param name="now">This moment.</param>
    void StreamFailed(bool isSpoken, Instant now);

    /// <summary>There is a direct connection to the peer, whoever made it.</summary>
    void Connected();

    /// <summary>Time has passed.</summary>
    void Advance(Instant now);

    /// <summary>The next thing to do; false when there is none.</summary>
    bool TryTake(out DcutrOutput output);
}
