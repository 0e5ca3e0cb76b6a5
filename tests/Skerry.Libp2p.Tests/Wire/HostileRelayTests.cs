using FsCheck;
using FsCheck.Fluent;

using Google.Protobuf;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests.Wire;

/// <summary>What relays say and are told is taken or refused, whatever comes; a voucher counts for who it was given to and in no other form.</summary>
public sealed class HostileRelayTests
{
    private static readonly IdentityKey Relay = IdentityKey.FromSeed(new byte[32]);
    private static readonly PeerId Peer = IdentityKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]).PeerId;
    private static readonly DateTimeOffset Expires = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000);
    private static readonly byte[] Voucher = VoucherCodec.Encode(Relay, Peer, Expires);

    private static readonly byte[][] Sound =
    [
        Voucher,
        new HopMessage
        {
            Type = HopMessage.Types.Kind.Status,
            Status = RelayStatus.RelayOk,
            Reservation = new ReservationMessage { Expire = 2_000_000_000, Voucher = ByteString.CopyFrom(Voucher), Addresses = { ByteString.CopyFrom(Multiaddr.Parse("/ip4/10.0.0.1/tcp/1").Bytes) } },
            Limit = new RelayLimit { Duration = 1, Data = 2 },
        }.ToByteArray(),
        new HopMessage { Type = HopMessage.Types.Kind.Connect, Peer = new RelayPeer { Id = ByteString.CopyFrom(Peer.Bytes) } }.ToByteArray(),
        new StopMessage { Type = StopMessage.Types.Kind.Connect, Peer = new RelayPeer { Id = ByteString.CopyFrom(Peer.Bytes) } }.ToByteArray(),
    ];

    [Fact]
    public void A_voucher_is_good_for_one_relay_and_one_peer()
    {
        Assert.True(VoucherCodec.Verify(Voucher, Relay.PeerId, Peer));
        Assert.False(VoucherCodec.Verify(Voucher, Peer, Peer));
        Assert.False(VoucherCodec.Verify(Voucher, Relay.PeerId, Relay.PeerId));
        Assert.False(VoucherCodec.Verify([], Relay.PeerId, Peer));
        var other = SignedEnvelope.Parser.ParseFrom(Voucher);
        other.PayloadType = ByteString.CopyFrom(3, 1); // a peer record
        Assert.False(VoucherCodec.Verify(other.ToByteArray(), Relay.PeerId, Peer));
    }

    [Fact]
    public void A_signature_says_which_kind_of_word_it_is_for()
    {
        // RFC 0002: the signature is over domain, type and payload, each with its length, and so good for nothing else.
        var envelope = SignedEnvelope.Parser.ParseFrom(Voucher);
        Assert.True(Relay.PublicKey.Verify([17, .. "libp2p-relay-rsvp"u8, 2, 3, 2, (byte)envelope.Payload.Length, .. envelope.Payload.Span], envelope.Signature.Span));
        Assert.False(Relay.PublicKey.Verify(envelope.Payload.Span, envelope.Signature.Span));
    }

    [Fact]
    public void Random_bytes_are_taken_or_refused() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), DecodeAll));

    [Fact]
    public void Changed_messages_are_taken_or_refused()
    {
        var random = new Random(1);
        for (var round = 0; round < 5000; round++)
        {
            byte[] bytes = [.. Sound[round % Sound.Length]];
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                if (random.Next(3) > 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                else bytes = [.. bytes[..random.Next(1, bytes.Length)], (byte)random.Next(256)];
            }

            DecodeAll(bytes);
        }
    }

    private static void DecodeAll(byte[] bytes)
    {
        // What of an envelope is not signed may be changed; the word itself may not.
        if (VoucherCodec.Verify(bytes, Relay.PeerId, Peer)) Assert.Equal(SignedEnvelope.Parser.ParseFrom(Voucher).Payload, SignedEnvelope.Parser.ParseFrom(bytes).Payload);
        if (RelayCodec.TryDecodeAnswer(bytes, out var answer, out _)) Assert.False(VoucherCodec.Verify((answer.Reservation?.Voucher ?? ByteString.Empty).Span, Relay.PeerId, Relay.PeerId));
        if (Messages.TryParse(HopMessage.Parser, bytes, out var hop)) _ = PeerId.TryRead((hop.Peer?.Id ?? ByteString.Empty).Span, out _);
        if (Messages.TryParse(StopMessage.Parser, bytes, out var stop)) _ = PeerId.TryRead((stop.Peer?.Id ?? ByteString.Empty).Span, out _);
    }
}
