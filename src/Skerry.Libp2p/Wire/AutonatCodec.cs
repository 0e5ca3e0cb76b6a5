using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

namespace Skerry.Libp2p.Wire;

/// <summary>The first version of AutoNAT's messages (libp2p autonat/autonat-v1.md).</summary>
internal static class AutonatCodec
{
    /// <summary>The longest message taken in, bytes.</summary>
    public const int MaxLength = 8192;

    private const int MaxAddresses = 32;

    public static byte[] Ask(PeerId self, IEnumerable<Multiaddr> addresses)
    {
        var message = new AutonatMessage { Type = AutonatMessage.Types.Kind.Dial, Dial = new AutonatDial { Peer = new RelayPeer { Id = ByteString.CopyFrom(self.Bytes) } } };
        foreach (var address in addresses) message.Dial.Peer.Addresses.Add(ByteString.CopyFrom(address.Bytes));
        return message.ToByteArray();
    }

    public static byte[] Answer(AutonatAnswer.Types.Status status, string text, Multiaddr? address)
    {
        var answer = new AutonatAnswer { Status = status, Text = text };
        if (address is not null) answer.Address = ByteString.CopyFrom(address.Bytes);
        return new AutonatMessage { Type = AutonatMessage.Types.Kind.DialResponse, Answer = answer }.ToByteArray();
    }

    /// <summary>Reads a request.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="peer">Who is to be called.</param>
    /// <param name="addresses">Where; those nobody here understands are left out.</param>
    public static bool TryReadRequest(ReadOnlySpan<byte> bytes, out PeerId peer, [NotNullWhen(true)] out IReadOnlyList<Multiaddr>? addresses)
    {
        (peer, addresses) = (default, null);
        if (!Messages.TryParse(AutonatMessage.Parser, bytes, out var message) || message.Type != AutonatMessage.Types.Kind.Dial || message.Dial?.Peer is not { } asked) return false;
        if (!PeerId.TryRead(asked.Id.Span, out peer)) return false;
        var read = new List<Multiaddr>();
        foreach (var encoded in asked.Addresses.Take(MaxAddresses))
        {
            if (Multiaddr.TryRead(encoded.Span, out var address)) read.Add(address);
        }

        addresses = read;
        return true;
    }

    /// <summary>Reads an answer.</summary>
    public static bool TryReadAnswer(ReadOnlySpan<byte> bytes, out AutonatAnswer.Types.Status status)
    {
        status = default;
        if (!Messages.TryParse(AutonatMessage.Parser, bytes, out var message) || message.Type != AutonatMessage.Types.Kind.DialResponse || message.Answer is not { } answer) return false;
        // What is left out is the first: OK.
        status = answer.Status;
        return true;
    }
}
