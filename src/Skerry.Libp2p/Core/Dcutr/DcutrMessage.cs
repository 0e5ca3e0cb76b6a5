namespace Skerry.Libp2p.Core.Dcutr;

/// <summary>What two peers say to each other about a hole to punch.</summary>
/// <param name="IsSync">Whether it is the word to begin; otherwise it says where the sender may be reached.</param>
/// <param name="Addresses">Where that is; empty in the word to begin.</param>
internal sealed record DcutrMessage(bool IsSync, IReadOnlyList<Multiaddr> Addresses)
{
    public static readonly DcutrMessage Sync = new(IsSync: true, []);
}
