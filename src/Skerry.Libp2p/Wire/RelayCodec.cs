using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

namespace Skerry.Libp2p.Wire;

/// <summary>Answers of relays (libp2p relay/circuit-v2.md), with the relays that one without room may name: an extension of our own.</summary>
internal static class RelayCodec
{
    /// <summary>Relays that are named, and looked at.</summary>
    public const int MaxOthers = 3;

    /// <summary>Addresses of each.</summary>
    public const int MaxAddresses = 4;

    /// <summary>The longest address that is named, bytes: all of them fit into one message.</summary>
    private const int MaxAddressLength = 256;

    public static HopMessage Refusal(RelayStatus status, IEnumerable<PeerAddresses> others)
    {
        var refusal = new HopMessage { Type = HopMessage.Types.Kind.Status, Status = status };
        foreach (var other in others.Take(MaxOthers))
        {
            var named = new RelayPeer { Id = ByteString.CopyFrom(other.Peer.Bytes) };
            named.Addresses.AddRange(other.Addresses.Where(address => address.Bytes.Length <= MaxAddressLength).Take(MaxAddresses).Select(address => ByteString.CopyFrom(address.Bytes)));
            refusal.Others.Add(named);
        }

        return refusal;
    }

    /// <summary>Reads an answer. Of the relays it names, those that are none, or are said to be behind a relay themselves, are left out.</summary>
    /// <returns>False when it is no answer.</returns>
    public static bool TryDecodeAnswer(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out HopMessage? answer, out IReadOnlyList<PeerAddresses> others)
    {
        others = [];
        if (!Messages.TryParse(HopMessage.Parser, bytes, out answer) || answer.Type != HopMessage.Types.Kind.Status) return false;
        var named = new List<PeerAddresses>(MaxOthers);
        foreach (var other in answer.Others.Take(MaxOthers))
        {
            if (!PeerId.TryRead(other.Id.Span, out var peer)) continue;
            var addresses = new List<Multiaddr>(MaxAddresses);
            foreach (var one in other.Addresses.Take(MaxAddresses))
            {
                if (Multiaddr.TryRead(one.Span, out var address) && !address.IsCircuit) addresses.Add(address.WithoutPeer());
            }

            if (addresses.Count > 0) named.Add(new PeerAddresses(peer, addresses));
        }

        others = named;
        return true;
    }
}
