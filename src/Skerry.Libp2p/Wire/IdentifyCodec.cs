using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

namespace Skerry.Libp2p.Wire;

/// <summary>What peers tell each other of themselves (libp2p identify/README.md).</summary>
internal static class IdentifyCodec
{
    /// <summary>The longest message taken in, bytes.</summary>
    public const int MaxLength = 64 << 10;

    /// <summary>Of each kind; what is more is dropped.</summary>
    private const int MaxItems = 256;
    private const int MaxWord = 256;
    private const string ProtocolVersion = "ipfs/0.1.0";

    public static byte[] Encode(PublicKey key, string agentVersion, IEnumerable<string> protocols, IEnumerable<Multiaddr> addresses, Multiaddr observed)
    {
        var message = new IdentifyMessage
        {
            PublicKey = ByteString.CopyFrom(key.Encoded),
            AgentVersion = agentVersion,
            ProtocolVersion = ProtocolVersion,
            ObservedAddress = ByteString.CopyFrom(observed.Bytes),
        };
        message.Protocols.AddRange(protocols);
        foreach (var address in addresses) message.ListenAddresses.Add(ByteString.CopyFrom(address.Bytes));
        return message.ToByteArray();
    }

    /// <summary>Reads what a peer says of itself; addresses nobody here understands are left out.</summary>
    /// <returns>False when it is no such message, or the key in it is not the peer's.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, PeerId peer, [NotNullWhen(true)] out PeerInfo? info)
    {
        info = null;
        if (!Messages.TryParse(IdentifyMessage.Parser, bytes, out var message)) return false;
        if (message.HasPublicKey && (!PublicKey.TryDecode(message.PublicKey.Span, out var key) || PeerId.FromPublicKey(key) != peer)) return false;
        var addresses = new List<Multiaddr>();
        foreach (var encoded in message.ListenAddresses.Take(MaxItems))
        {
            if (Multiaddr.TryRead(encoded.Span, out var address)) addresses.Add(address);
        }

        Multiaddr.TryRead(message.ObservedAddress.Span, out var observed);
        info = new PeerInfo(
            peer, Cut(message.AgentVersion), Cut(message.ProtocolVersion), [.. message.Protocols.Take(MaxItems).Where(word => word.Length <= MaxWord)], addresses, observed);
        return true;
    }

    private static string Cut(string text) => text.Length <= MaxWord ? text : text[..MaxWord];
}
