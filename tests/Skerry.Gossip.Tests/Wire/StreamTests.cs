using System.Buffers.Binary;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

public sealed class StreamTests
{
    private static readonly Keyring Keys = Ring(Golden.Key);

    private static readonly PushPull State = new(
        Join: true,
        [
            new PushNodeState("a", Address("127.0.0.1:1"), Hex("ff80"), 1, SwimState.Alive, ProtocolVersions.Current),
            new PushNodeState("b", Address("[2001:db8::1]:2"), Hex(RoleTags), uint.MaxValue, SwimState.Left, default),
        ],
        SerfCodec.Encode(new SerfState(1, [], [], 1, [], 1)));

    public static TheoryData<bool, bool> Layers => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    internal static byte[] Encode(GossipMessage message, Keyring ring, bool compress)
    {
        Assert.True(StreamEncoder.TryEncode(message, ring, compress, out var stream));
        return stream;
    }

    internal static byte[] Encrypt(byte[] clear, Keyring ring, Prng? nonces = null)
    {
        var stream = new byte[5 + GossipCipher.Overhead + clear.Length];
        stream[0] = 0x0A;
        BinaryPrimitives.WriteInt32BigEndian(stream.AsSpan(1), stream.Length - 5);
        clear.CopyTo(stream, 5 + GossipCipher.HeaderSize);
        using var cipher = new GossipCipher(nonces);
        cipher.Seal(ring, stream.AsSpan(5), stream.AsSpan(0, 5));
        return stream;
    }

    private static GossipMessage Decode(ReadOnlySpan<byte> stream, Keyring ring)
    {
        var decoder = new StreamDecoder(ring);
        Assert.Equal((StreamStatus.Complete, DecodeError.None), (decoder.Advance(stream), decoder.Error));
        Assert.Equal(stream.Length, decoder.Consumed);
        return decoder.Message!;
    }

    private static DecodeError Refuse(ReadOnlySpan<byte> stream, Keyring ring)
    {
        var decoder = new StreamDecoder(ring);
        Assert.Equal(StreamStatus.Failed, decoder.Advance(stream));
        Assert.Equal(StreamStatus.Failed, decoder.Advance([]));
        Assert.Null(decoder.Message);
        return decoder.Error;
    }

    private static void AssertSame(GossipMessage expected, GossipMessage actual)
    {
        if (expected is PushPull left && actual is PushPull right)
        {
            Assert.Equal((left.Join, left.UserState), (right.Join, right.UserState));
            Assert.Equal(left.Nodes.AsSpan().ToArray(), right.Nodes.AsSpan().ToArray());
        }
        else
        {
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Every_kind_of_message_comes_through_every_set_of_layers(bool compress, bool encrypt)
    {
        var ring = encrypt ? Keys : Keyring.Empty;
        GossipMessage[] messages =
        [
            State, State with { Nodes = [], UserState = ByteString.Empty },
            new UserMessage(ByteString.Own(new byte[70_000])), new UserMessage(ByteString.Empty),
            new Ping(1, "a", default, ""), new Ack(1, ByteString.Empty), new ErrorReply("no"),
        ];
        foreach (var message in messages) AssertSame(message, Decode(Encode(message, ring, compress), ring));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_message_may_come_byte_by_byte_and_more_may_follow(bool compress, bool encrypt)
    {
        var ring = encrypt ? Keys : Keyring.Empty;
        var stream = Encode(State, ring, compress);
        byte[] arriving = [.. stream, .. "next"u8];
        var decoder = new StreamDecoder(ring);
        for (var length = 0; length < stream.Length; length++)
        {
            Assert.Equal(StreamStatus.NeedMore, decoder.Advance(arriving.AsSpan(0, length)));
            Assert.InRange(decoder.Needed, length + 1, stream.Length);
        }

        Assert.Equal(StreamStatus.Complete, decoder.Advance(arriving));
        Assert.Equal(stream.Length, decoder.Consumed);
        Assert.Equal(encrypt, decoder.WasEncrypted);
        AssertSame(State, decoder.Message!);
    }

    [Fact]
    public void The_vectors_are_understood()
    {
        Assert.Equal(new Ping(1, "py", default, ""), Decode(Bytes(EncryptedStream), Keys));
        var header = Decode(Bytes(Golden.PushPullHeader + "97a0c000c00000c0" + "02000000000000000000"), Keyring.Empty);
        AssertSame(
            new PushPull(true, [new PushNodeState("", default, default, 0, SwimState.Alive, default)], Hex("02000000000000000000")), header);
    }

    [Fact]
    public void The_header_is_what_Serf_sends()
    {
        var state = new PushPull(true, [State.Nodes[0]], ByteString.Own(new byte[10]));
        var encoded = Convert.ToHexStringLower(Encode(state, Keyring.Empty, compress: false));
        Assert.StartsWith(Golden.PushPullHeader, encoded, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_stream_is_framed_as_Serf_frames_it()
    {
        var message = new UserMessage(ByteString.Own(new byte[40_000]));
        var stream = Convert.ToHexStringLower(Encode(message, Keyring.Empty, compress: true));
        Assert.StartsWith("0982a4416c676f00a3427566da", stream, StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_may_be_signed_as_newer_peers_write_them()
    {
        // pushPullHeader {Nodes: int16 1, UserStateLen: int32 2, Join: false}.
        var message = Decode(Bytes("0683a54e6f646573d10001ac5573657253746174654c656ed200000002a44a6f696ec2" + "97a0c000c00000c0" + "abcd"), Keyring.Empty);
        Assert.Equal(Hex("abcd"), Assert.IsType<PushPull>(message).UserState);
    }

    [Fact]
    public void With_keys_a_stream_in_clear_is_refused_unless_allowed()
    {
        var stream = Encode(State, Keyring.Empty, compress: false);
        Assert.Equal(DecodeError.NotEncrypted, Refuse(stream, Keys));
        var decoder = new StreamDecoder(Keys, requireEncryption: false);
        Assert.Equal(StreamStatus.Complete, decoder.Advance(stream));
        Assert.False(decoder.WasEncrypted);
    }

    [Fact]
    public void Without_keys_an_encrypted_stream_is_refused_at_its_first_byte() =>
        Assert.Equal(DecodeError.UnexpectedEncryption, Refuse([0x0A], Keyring.Empty));

    [Fact]
    public void A_tampered_length_is_noticed()
    {
        byte[] stream = [.. Bytes(EncryptedStream), 0];
        stream[4]++;
        Assert.Equal(DecodeError.Undecryptable, Refuse(stream, Keys));
    }

    [Theory]
    [InlineData("0aff000000", DecodeError.TooLarge)]
    [InlineData("0a01400001", DecodeError.TooLarge)]
    public void An_encrypted_stream_beyond_20_MiB_is_refused_at_its_length(string hex, object expected) =>
        Assert.Equal((DecodeError)expected, Refuse(Bytes(hex), Keys));

    [Theory]
    [InlineData("f403616263", DecodeError.UnexpectedLabel)]
    [InlineData("0681a54e6f646573ce00100001", DecodeError.TooLarge)]
    [InlineData("0681ac5573657253746174654c656ece01400001", DecodeError.TooLarge)]
    [InlineData("0681a54e6f646573ff", DecodeError.OutOfRange)]
    [InlineData("0881aa557365724d73674c656ece01400001", DecodeError.TooLarge)]
    [InlineData("0981a3427566db7fffffff", DecodeError.TooLarge)]
    [InlineData("0981a3427566a3010203", DecodeError.CorruptCompression)]
    [InlineData("0981a3427566a3000302", DecodeError.Empty)]
    [InlineData("0780", DecodeError.UnexpectedType)]
    [InlineData("0480", DecodeError.UnexpectedType)]
    [InlineData("4f", DecodeError.UnknownType)]
    [InlineData("00c1", DecodeError.WrongFormat)]
    [InlineData("0007", DecodeError.WrongFormat)]
    public void What_is_malformed_is_refused_as_soon_as_it_shows(string hex, object expected) =>
        Assert.Equal((DecodeError)expected, Refuse(Bytes(hex), Keyring.Empty));

    [Fact]
    public void What_is_larger_than_peers_take_is_not_sent()
    {
        Assert.False(StreamEncoder.TryEncode(new UserMessage(ByteString.Own(new byte[WireLimits.MaxStreamBody + 1])), Keyring.Empty, true, out _));
        var largest = new UserMessage(ByteString.Own(new byte[WireLimits.MaxStreamBody]));
        Assert.True(StreamEncoder.TryEncode(largest, Keyring.Empty, compress: true, out var stream));
        Assert.Equal(largest, Decode(stream, Keyring.Empty));
        Assert.False(StreamEncoder.TryEncode(largest, Keys, compress: false, out _));
    }

    [Fact]
    public void A_stream_decompresses_to_20_MiB_at_most()
    {
        var bomb = new byte[WireLimits.MaxStreamMessage + 1];
        var frame = new byte[bomb.Length];
        Assert.True(CompressedFrame.TryWrite(bomb, frame, out var written));
        Assert.Equal(DecodeError.TooLarge, Refuse(frame.AsSpan(0, written), Keyring.Empty));
    }

    [Fact]
    public void Nested_compression_ends_at_its_bound()
    {
        var frame = Bytes("0080");
        for (var i = 0; i < 3; i++)
        {
            var outer = new byte[frame.Length + 64];
            Assert.True(CompressedFrame.TryWrite(frame, outer, out var written));
            frame = outer[..written];
            if (i < 2) Assert.IsType<Ping>(Decode(frame, Keyring.Empty));
        }

        Assert.Equal(DecodeError.TooDeep, Refuse(frame, Keyring.Empty));
    }

    [Fact]
    public void A_million_nodes_that_are_not_there_cost_nothing()
    {
        byte[] stream = [.. Bytes("0681a54e6f646573ce00100000"), .. new byte[1000]];
        Assert.Equal(StreamStatus.NeedMore, new StreamDecoder(Keyring.Empty).Advance(stream)); // tables are made once
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decoder = new StreamDecoder(Keyring.Empty);
        Assert.Equal(StreamStatus.NeedMore, decoder.Advance(stream));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);

        // Inside an encrypted or compressed stream all bytes are there, and the claim is held against them.
        Assert.Equal(DecodeError.Truncated, Refuse(Encrypt(stream, Keys), Keys));
    }
}
