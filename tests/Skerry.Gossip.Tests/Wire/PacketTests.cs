using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

public sealed class PacketTests
{
    private static readonly Keyring Keys = Ring(Golden.Key);

    public static TheoryData<bool, bool, bool> Layers
    {
        get
        {
            var data = new TheoryData<bool, bool, bool>();
            for (var i = 0; i < 8; i++) data.Add((i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
            return data;
        }
    }

    internal static byte[] Encode(PacketOptions options, params byte[][] parts)
    {
        using var encoder = new PacketEncoder();
        var buffer = new byte[WireLimits.MaxPacket];
        Assert.True(encoder.TryEncode(Array.ConvertAll(parts, part => (ReadOnlyMemory<byte>)part), options, buffer, out var written));
        return buffer[..written];
    }

    private static string[] Decode(byte[] packet, Keyring ring, out PacketDecoder decoder)
    {
        decoder = new PacketDecoder();
        Assert.True(decoder.TryDecode(packet, ring, out var error), error.ToString());
        return [.. decoder.Parts.Select(part => Convert.ToHexStringLower(part.Span))];
    }

    private static DecodeError Refuse(byte[] packet, Keyring ring, bool requireEncryption = true)
    {
        using var decoder = new PacketDecoder(requireEncryption);
        Assert.False(decoder.TryDecode(packet, ring, out var error));
        Assert.Empty(decoder.Parts);
        return error;
    }

    private static byte[] Compressed(params byte[] message)
    {
        var frame = new byte[(2 * message.Length) + 64];
        Assert.True(CompressedFrame.TryWrite(message, frame, out var written));
        return frame[..written];
    }

    [Fact]
    public void The_vectors_are_what_is_sent()
    {
        var clear = new PacketOptions(Keyring.Empty, Compress: false, Checksum: false);
        Assert.Equal(BarePing, Convert.ToHexStringLower(Encode(clear, Bytes(BarePing))));
        Assert.Equal(Compound, Convert.ToHexStringLower(Encode(clear, Bytes(BarePing), Bytes(Golden.Suspect))));
        Assert.Equal(BarePingWithChecksum, Convert.ToHexStringLower(Encode(clear with { Checksum = true }, Bytes(BarePing))));
    }

    [Fact]
    public void The_vectors_are_understood()
    {
        Assert.Equal([BarePing], Decode(Bytes(BarePing), Keyring.Empty, out _));
        Assert.Equal([BarePing], Decode(Bytes(BarePingWithChecksum), Keyring.Empty, out _));
        Assert.Equal([BarePing, Golden.Suspect], Decode(Bytes(Compound), Keyring.Empty, out _));
        Assert.Equal([BarePing], Decode(Bytes(Encrypted), Keys, out _));
        Assert.Equal([BarePing], Decode(Bytes(EncryptedPadded), Keys, out _));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Every_set_of_layers_comes_off_again(bool compress, bool checksum, bool encrypt)
    {
        var options = new PacketOptions(encrypt ? Keys : Keyring.Empty, compress, checksum);
        var prng = new Prng(4);
        for (var round = 0; round < 200; round++)
        {
            var parts = new byte[1 + prng.Next(40)][];
            for (var i = 0; i < parts.Length; i++)
            {
                // A type that is no layer of its own, then a little or a lot of variety.
                parts[i] = new byte[1 + prng.Next(200)];
                var alphabet = 1 + prng.Next(256);
                for (var j = 1; j < parts[i].Length; j++) parts[i][j] = (byte)prng.Next(alphabet);
            }

            var packet = Encode(options, parts);
            Assert.Equal(Array.ConvertAll(parts, Convert.ToHexStringLower), Decode(packet, options.Keyring, out var decoder));
            Assert.Equal(0, decoder.LostParts);
        }
    }

    [Fact]
    public void Compression_is_used_only_when_it_is_shorter()
    {
        var options = new PacketOptions(Keyring.Empty, Compress: true, Checksum: false);
        Assert.Equal(BarePing, Convert.ToHexStringLower(Encode(options, Bytes(BarePing))));
        var repetitive = GossipCodec.Encode(new UserMessage(ByteString.Own(new byte[1000])));
        var packet = Encode(options, repetitive);
        Assert.Equal((byte)GossipMessageType.Compress, packet[0]);
        Assert.InRange(packet.Length, 1, 100);
    }

    [Fact]
    public void A_packet_that_does_not_fit_is_not_sent()
    {
        using var encoder = new PacketEncoder();
        var options = new PacketOptions(Keys, Compress: false, Checksum: true);
        ReadOnlyMemory<byte>[] parts = [Bytes(BarePing), Bytes(Golden.Suspect)];
        var whole = Bytes(Compound).Length + PacketEncoder.ChecksumOverhead + PacketEncoder.EncryptionOverhead(Keys);
        Assert.True(encoder.TryEncode(parts, options, new byte[whole], out var written));
        Assert.Equal(whole, written);
        Assert.False(encoder.TryEncode(parts, options, new byte[whole - 1], out written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void Only_1_to_127_parts_make_a_packet()
    {
        using var encoder = new PacketEncoder();
        var options = new PacketOptions(Keyring.Empty, Compress: false, Checksum: false);
        var buffer = new byte[4096];
        ReadOnlyMemory<byte> part = Bytes(Golden.Nack);
        Assert.False(encoder.TryEncode([], options, buffer, out _));
        Assert.True(encoder.TryEncode(Enumerable.Repeat(part, 127).ToArray(), options, buffer, out _));
        Assert.False(encoder.TryEncode(Enumerable.Repeat(part, 128).ToArray(), options, buffer, out _));
        Assert.False(encoder.TryEncode([new byte[65_536]], options, new byte[70_000], out _));
    }

    [Fact]
    public void Peers_may_send_255_parts()
    {
        byte[] packet = [7, 255, .. Enumerable.Repeat<byte[]>([0, 1], 255).SelectMany(x => x), .. Enumerable.Repeat((byte)8, 255)];
        Assert.Equal(255, Decode(packet, Keyring.Empty, out _).Length);
    }

    [Fact]
    public void Of_a_compound_cut_off_in_its_bodies_the_whole_ones_are_used()
    {
        Assert.Equal([BarePing], Decode(Bytes(Compound)[..^1], Keyring.Empty, out var decoder));
        Assert.Equal((1, DecodeError.Truncated), (decoder.LostParts, decoder.LostReason));

        Assert.Empty(Decode(Bytes("0703000100010001"), Keyring.Empty, out decoder));
        Assert.Equal((3, DecodeError.Truncated), (decoder.LostParts, decoder.LostReason));
    }

    [Fact]
    public void A_part_that_cannot_be_read_does_not_spoil_the_others()
    {
        // An empty part, a nack, a compressed part of garbage.
        byte[] garbage = [9, 0x81, 0xA3, .. "Buf"u8, 0xA1, 0xFF];
        byte[] packet = [7, 3, 0, 0, 0, 9, 0, (byte)garbage.Length, .. Bytes(Golden.Nack), .. garbage];
        Assert.Equal([Golden.Nack], Decode(packet, Keyring.Empty, out var decoder));
        Assert.Equal((2, DecodeError.Empty), (decoder.LostParts, decoder.LostReason));
    }

    [Fact]
    public void Layers_nest_as_deep_as_peers_send_them_and_no_deeper()
    {
        var twice = Compressed(Compressed(Bytes(Golden.Nack)));
        Assert.Equal([Golden.Nack], Decode(twice, Keyring.Empty, out _));
        Assert.Equal([BarePing, Golden.Suspect], Decode(Compressed(Bytes(Compound)), Keyring.Empty, out _));
        Assert.Equal(DecodeError.TooDeep, Refuse(Compressed(twice), Keyring.Empty));
    }

    [Fact]
    public void A_packet_decompresses_to_64_KiB_at_most_whatever_its_parts()
    {
        Assert.Single(Decode(Compressed([8, .. new byte[65_535]]), Keyring.Empty, out _));
        Assert.Equal(DecodeError.TooLarge, Refuse(Compressed([8, .. new byte[65_536]]), Keyring.Empty));

        var part = Compressed([8, .. new byte[40_000]]);
        byte[] length = [(byte)(part.Length >> 8), (byte)part.Length];
        Assert.Single(Decode([7, 2, .. length, .. length, .. part, .. part], Keyring.Empty, out var decoder));
        Assert.Equal((1, DecodeError.TooLarge), (decoder.LostParts, decoder.LostReason));
    }

    [Fact]
    public void A_decoder_s_parts_are_those_of_the_last_packet()
    {
        using var decoder = new PacketDecoder();
        Assert.True(decoder.TryDecode(Bytes(Compound), Keyring.Empty, out _));
        Assert.False(decoder.TryDecode(Bytes(Golden.Label), Keyring.Empty, out _));
        Assert.Empty(decoder.Parts);
        Assert.True(decoder.TryDecode(Bytes(BarePing), Keyring.Empty, out _));
        Assert.Single(decoder.Parts);
    }

    [Fact]
    public void What_is_malformed_is_refused_with_its_reason()
    {
        Assert.Equal(DecodeError.Empty, Refuse([], Keyring.Empty));
        Assert.Equal(DecodeError.TooLarge, Refuse(new byte[65_537], Keyring.Empty));
        Assert.Equal(DecodeError.UnexpectedLabel, Refuse(Bytes(Golden.Label), Keyring.Empty));
        Assert.Equal(DecodeError.UnexpectedLabel, Refuse(Bytes(Golden.Label + Encrypted), Keys));
        Assert.Equal(DecodeError.Truncated, Refuse(Bytes("0c00000000"), Keyring.Empty));
        Assert.Equal(DecodeError.BadChecksum, Refuse(Bytes(BarePingWithChecksum.Replace("eb", "ec", StringComparison.Ordinal)), Keyring.Empty));
        Assert.Equal(DecodeError.Truncated, Refuse(Bytes("07"), Keyring.Empty));
        Assert.Equal(DecodeError.Truncated, Refuse(Bytes("070200"), Keyring.Empty));
        Assert.Equal(DecodeError.Truncated, Refuse(Bytes("0982"), Keyring.Empty));
        Assert.Equal(DecodeError.UnknownCompression, Refuse(Bytes("0982a4416c676f01a3427566a3000302"), Keyring.Empty));
        Assert.Equal(DecodeError.CorruptCompression, Refuse(Bytes("0981a3427566a20003"), Keyring.Empty));
        Assert.Equal(DecodeError.Empty, Refuse(Bytes("0981a3427566a3000302"), Keyring.Empty));
    }

    [Fact]
    public void With_keys_only_what_a_key_opens_is_taken_unless_clear_is_allowed()
    {
        Assert.Equal(DecodeError.Undecryptable, Refuse([1, .. new byte[40]], Keys));
        Assert.Equal(DecodeError.Truncated, Refuse(Bytes(BarePing), Keys));
        using var decoder = new PacketDecoder(requireEncryption: false);
        Assert.True(decoder.TryDecode(Bytes(BarePing), Keys, out _));
        Assert.Equal(BarePing, Convert.ToHexStringLower(decoder.Parts[0].Span));
        Assert.True(decoder.TryDecode(Bytes(Encrypted), Keys, out _));
        Assert.Equal(BarePing, Convert.ToHexStringLower(decoder.Parts[0].Span));
    }
}
