using Google.Protobuf;

namespace Skerry.Libp2p.Wire;

/// <summary>A relay's signed word that a peer may be called through it (libp2p relay/circuit-v2.md, "Reservation Vouchers"; RFC 0002, "Signed Envelopes").</summary>
internal static class VoucherCodec
{
    private const string Domain = "libp2p-relay-rsvp";

    private static readonly byte[] PayloadType = [0x03, 0x02];

    public static byte[] Encode(IdentityKey relay, PeerId peer, DateTimeOffset expires)
    {
        var payload = new ReservationVoucher
        {
            Relay = ByteString.CopyFrom(relay.PeerId.Bytes),
            Peer = ByteString.CopyFrom(peer.Bytes),
            Expiration = (ulong)expires.ToUnixTimeSeconds(),
        }.ToByteArray();
        return new SignedEnvelope
        {
            PublicKey = PublicKeyMessage.Parser.ParseFrom(relay.PublicKey.Encoded),
            PayloadType = ByteString.CopyFrom(PayloadType),
            Payload = ByteString.CopyFrom(payload),
            Signature = ByteString.CopyFrom(relay.Sign(Signed(payload))),
        }.ToByteArray();
    }

    /// <summary>Whether a relay has given a peer this word.</summary>
    public static bool Verify(ReadOnlySpan<byte> voucher, PeerId relay, PeerId peer)
    {
        if (!Messages.TryParse(SignedEnvelope.Parser, voucher, out var envelope) || envelope.PublicKey is null || !envelope.PayloadType.Span.SequenceEqual(PayloadType)) return false;
        if (!PublicKey.TryDecode(envelope.PublicKey.ToByteArray(), out var key) || PeerId.FromPublicKey(key) != relay) return false;
        return key.Verify(Signed(envelope.Payload.Span), envelope.Signature.Span)
            && Messages.TryParse(ReservationVoucher.Parser, envelope.Payload.Span, out var word)
            && word.Relay.Span.SequenceEqual(relay.Bytes) && word.Peer.Span.SequenceEqual(peer.Bytes);
    }

    private static byte[] Signed(ReadOnlySpan<byte> payload)
    {
        var length = new byte[VarInt.MaxLength];
        var size = VarInt.Write(length, (ulong)payload.Length);
        return [(byte)Domain.Length, .. System.Text.Encoding.ASCII.GetBytes(Domain), (byte)PayloadType.Length, .. PayloadType, .. length.AsSpan(0, size), .. payload];
    }
}
