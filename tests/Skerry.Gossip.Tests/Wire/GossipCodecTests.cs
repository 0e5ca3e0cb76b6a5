using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

public sealed class GossipCodecTests
{
    public static TheoryData<string, string> Vectors => new()
    {
        { nameof(Golden.AliveWithTags), Golden.AliveWithTags },
        { nameof(Golden.AliveWithoutTags), Golden.AliveWithoutTags },
        { nameof(Golden.Ping), Golden.Ping },
        { nameof(Golden.BarePing), Golden.BarePing },
        { nameof(Golden.Dead), Golden.Dead },
        { nameof(Golden.Suspect), Golden.Suspect },
        { nameof(Golden.IndirectPing), Golden.IndirectPing },
        { nameof(Golden.Nack), Golden.Nack },
        { nameof(Golden.JoinIntent), Golden.JoinIntent },
    };

    private static GossipMessage Meaning(string name)
    {
        var source = Address("127.0.0.1:17946");
        return name switch
        {
            nameof(Golden.AliveWithTags) => new Alive(1, "a", source, Hex("ff82a4726f6c65a3776562a26463a178"), ProtocolVersions.Current),
            nameof(Golden.AliveWithoutTags) => new Alive(1, "a", source, Hex("ff80"), ProtocolVersions.Current),
            nameof(Golden.Ping) => new Ping(1, "py", source, "a"),
            nameof(Golden.BarePing) => new Ping(1, "py", default, ""),
            nameof(Golden.Dead) => new Dead(2, "a", "a"),
            nameof(Golden.Suspect) => new Suspect(1, "py", "a"),
            nameof(Golden.IndirectPing) => new IndirectPing(7, Address("127.0.0.2:7946"), "py", true, Address("127.0.0.1:7946"), "a"),
            nameof(Golden.Nack) => new Nack(7),
            nameof(Golden.JoinIntent) => new UserMessage(SerfCodec.Encode(new JoinIntent(2, "py"))),
            _ => throw new ArgumentException(name, nameof(name)),
        };
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void What_Serf_sends_is_understood(string name, string hex)
    {
        Assert.True(GossipCodec.TryDecode(Bytes(hex), out var message, out var error), $"{name}: {error}");
        Assert.Equal(Meaning(name), message);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void What_we_send_is_byte_for_byte_what_Serf_sends(string name, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(GossipCodec.Encode(Meaning(name))));
        var buffer = new byte[hex.Length / 2];
        Assert.True(GossipCodec.TryEncode(Meaning(name), buffer, out var written));
        Assert.Equal(buffer.Length, written);
        Assert.False(GossipCodec.TryEncode(Meaning(name), buffer.AsSpan(1), out written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void An_ack_carries_a_coordinate()
    {
        var fresh = new Coordinate([0, 0, 0, 0, 0, 0, 0, 0], 1.5, 0, 1e-5);
        var encoded = GossipCodec.Encode(new Ack(101, CoordinateCodec.Encode(fresh)));
        Assert.StartsWith("0282a75061796c6f6164da00560184aa41646a7573746d656e74ca", Convert.ToHexStringLower(encoded), StringComparison.Ordinal);
        Assert.EndsWith("a55365714e6f65", Convert.ToHexStringLower(encoded), StringComparison.Ordinal);

        Assert.True(GossipCodec.TryDecode(encoded, out var message, out _));
        Assert.True(CoordinateCodec.TryDecode(Assert.IsType<Ack>(message).Payload.Span, out var coordinate, out _));
        Assert.Equal(fresh.Vector.AsSpan().ToArray(), coordinate.Vector.AsSpan().ToArray());
        Assert.Equal((1.5, 0.0), (coordinate.Error, coordinate.Adjustment));
        Assert.Equal(1e-5, coordinate.Height, tolerance: 1e-12);
    }

    [Fact]
    public void An_ack_without_payload_says_nil()
    {
        Assert.Equal("0282a75061796c6f6164c0a55365714e6f01", Convert.ToHexStringLower(GossipCodec.Encode(new Ack(1, ByteString.Empty))));
    }

    [Fact]
    public void A_struct_may_come_as_an_array_in_declaration_order()
    {
        // suspect: [Incarnation 1, Node "py", From "a", and one field more than known].
        Assert.True(GossipCodec.TryDecode(Bytes("039401a27079a161c0"), out var message, out _));
        Assert.Equal(new Suspect(1, "py", "a"), message);
    }

    [Fact]
    public void Unknown_fields_are_passed_over_and_missing_ones_are_zero()
    {
        // nack: {"Zzz": [{"k": 1.5}, ext], "SeqNo": 7}; suspect: {}.
        Assert.True(GossipCodec.TryDecode(Bytes("0b82a35a7a7a9281a16bcb3ff8000000000000c70205aabba55365714e6f07"), out var message, out _));
        Assert.Equal(new Nack(7), message);
        Assert.True(GossipCodec.TryDecode(Bytes("0380"), out message, out _));
        Assert.Equal(new Suspect(0, "", ""), message);
    }

    [Theory]
    [InlineData("07", 7)]
    [InlineData("cc07", 7)]
    [InlineData("cdffff", 65535)]
    [InlineData("ce00000007", 7)]
    [InlineData("cf0000000000000007", 7)]
    [InlineData("d007", 7)]
    [InlineData("d100ff", 255)]
    [InlineData("d200010000", 65536)]
    [InlineData("d30000000000000007", 7)]
    [InlineData("c0", 0)]
    public void An_integer_may_come_in_any_width_and_sign(string value, uint expected)
    {
        Assert.True(GossipCodec.TryDecode(Bytes("0b81a55365714e6f" + value), out var message, out var error), error.ToString());
        Assert.Equal(new Nack(expected), message);
    }

    [Theory]
    [InlineData("", DecodeError.Empty)]
    [InlineData("0b", DecodeError.Truncated)]
    [InlineData("0b81a55365714e6f", DecodeError.Truncated)]
    [InlineData("0b81a55365714e6fcd01", DecodeError.Truncated)]
    [InlineData("0b81a55365714e6fff", DecodeError.OutOfRange)]
    [InlineData("0b81a55365714e6fd1ffff", DecodeError.OutOfRange)]
    [InlineData("0b81a55365714e6fcf0000000100000000", DecodeError.OutOfRange)]
    [InlineData("0b81a55365714e6fa161", DecodeError.WrongFormat)]
    [InlineData("0b81a55365714e6fc1", DecodeError.WrongFormat)]
    [InlineData("0b81a17ac1", DecodeError.WrongFormat)]
    [InlineData("0b8101", DecodeError.Truncated)]
    [InlineData("0b07", DecodeError.WrongFormat)]
    [InlineData("0bdfffffffff", DecodeError.Truncated)]
    [InlineData("0bddffffffff", DecodeError.Truncated)]
    [InlineData("0381a44e6f6465dbffffffff", DecodeError.Truncated)]
    [InlineData("0381a44e6f6465a2c328", DecodeError.InvalidText)]
    [InlineData("0481a441646472a3010203", DecodeError.InvalidAddress)]
    [InlineData("0481a4506f7274ce00010000", DecodeError.OutOfRange)]
    [InlineData("0680", DecodeError.UnexpectedType)]
    [InlineData("f403616263", DecodeError.UnexpectedType)]
    [InlineData("0e80", DecodeError.UnknownType)]
    [InlineData("ff", DecodeError.UnknownType)]
    public void What_is_malformed_is_refused_with_its_reason(string hex, object expected)
    {
        Assert.False(GossipCodec.TryDecode(Bytes(hex), out var message, out var error));
        Assert.Null(message);
        Assert.Equal((DecodeError)expected, error);
    }

    [Fact]
    public void An_address_keeps_its_raw_bytes_in_both_forms_of_IPv4()
    {
        Assert.True(NodeAddress.TryCreate(Bytes("7f000001"), 7946, out var four));
        Assert.True(NodeAddress.TryCreate(Bytes("00000000000000000000ffff7f000001"), 7946, out var sixteen));
        Assert.NotEqual(four, sixteen);
        Assert.Equal(four.ToEndPoint(), sixteen.ToEndPoint());
        Assert.Equal(four, sixteen.Normalized);
        foreach (var address in new[] { four, sixteen, default, Address("[2001:db8::1]:1") })
        {
            var alive = new Alive(1, "a", address, ByteString.Empty, default);
            Assert.True(GossipCodec.TryDecode(GossipCodec.Encode(alive), out var decoded, out _));
            Assert.Equal(alive, decoded);
        }
    }
}
