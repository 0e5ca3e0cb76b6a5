using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;
using Google.Protobuf.Collections;

using Skerry.Libp2p.Core.Kademlia;

namespace Skerry.Libp2p.Wire;

/// <summary>Messages of the DHT (kad-dht/README.md, "RPC messages").</summary>
internal static class KadCodec
{
    /// <summary>The longest request taken in, bytes: a record with its addresses fits.</summary>
    public const int MaxRequest = 16 << 10;

    /// <summary>The longest answer taken in, bytes: a hundred providers and twenty nodes, each with sixteen addresses, fit.</summary>
    public const int MaxAnswer = 256 << 10;

    /// <summary>Peers of each kind in a message; what is more is dropped.</summary>
    private const int MaxPeers = 256;

    /// <summary>Addresses of a peer; what is more is dropped.</summary>
    private const int MaxAddresses = 16;

    public static byte[] Encode(KadMessage message)
    {
        var encoded = new DhtMessage { Type = (int)message.Type };
        if (message.Key.Length > 0) encoded.Key = ByteString.CopyFrom(message.Key);
        encoded.CloserPeers.AddRange(message.Closer.Select(Encode));
        encoded.ProviderPeers.AddRange(message.Providers.Select(Encode));
        return encoded.ToByteArray();
    }

    /// <summary>Reads a message; peers and addresses that are none are left out.</summary>
    /// <returns>False when it is no message of a kind there is.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out KadMessage? message)
    {
        message = null;
        if (!Messages.TryParse(DhtMessage.Parser, bytes, out var encoded) || encoded.Type is < 0 or > (int)KadMessageType.Ping) return false;
        message = new KadMessage((KadMessageType)encoded.Type, encoded.Key.ToByteArray(), Decode(encoded.CloserPeers), Decode(encoded.ProviderPeers));
        return true;
    }

    private static DhtPeer Encode(PeerAddresses peer)
    {
        var encoded = new DhtPeer { Id = ByteString.CopyFrom(peer.Peer.Bytes) };
        encoded.Addresses.AddRange(peer.Addresses.Take(MaxAddresses).Select(address => ByteString.CopyFrom(address.Bytes)));
        return encoded;
    }

    private static List<PeerAddresses> Decode(RepeatedField<DhtPeer> encoded)
    {
        var peers = new List<PeerAddresses>(Math.Min(encoded.Count, MaxPeers));
        foreach (var peer in encoded.Take(MaxPeers))
        {
            if (!PeerId.TryRead(peer.Id.Span, out var id)) continue;
            var addresses = new List<Multiaddr>();
            foreach (var bytes in peer.Addresses.Take(MaxAddresses))
            {
                if (Multiaddr.TryRead(bytes.Span, out var address)) addresses.Add(address.WithoutPeer());
            }

            peers.Add(new PeerAddresses(id, addresses));
        }

        return peers;
    }
}
