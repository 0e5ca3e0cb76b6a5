using FsCheck;
using FsCheck.Fluent;

using Skerry.Libp2p.Core.Dcutr;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests.Wire;

/// <summary>The decoders of hole punching and of AutoNAT take or refuse, and throw nothing, whatever comes. Fewer rounds than elsewhere: each refusal of a
/// protobuf message costs an exception inside it.</summary>
public sealed class HostileReachTests
{
    private static readonly Multiaddr Somewhere = Multiaddr.Parse("/ip6/fd00::2/tcp/1");

    private static readonly byte[][] Sound =
    [
        DcutrCodec.Encode(new DcutrMessage(IsSync: false, [Multiaddr.Parse("/ip4/10.0.0.1/tcp/1"), Somewhere])),
        DcutrCodec.Encode(DcutrMessage.Sync),
        AutonatCodec.Ask(IdentityKey.FromSeed(new byte[32]).PeerId, [Somewhere]),
        AutonatCodec.Answer(AutonatAnswer.Types.Status.DialError, "no", Somewhere),
        Autonat2Codec.Ask([Multiaddr.Parse("/ip4/10.0.0.1/tcp/1"), Somewhere], 0x0123456789ABCDEF),
        Autonat2Codec.Demand(1, 30_000),
        Autonat2Codec.Data(new byte[40]),
        Autonat2Codec.Answer(Autonat2Answer.Types.Status.Ok, 1, Autonat2Answer.Types.Dial.Ok),
        Autonat2Codec.DialBack(7),
    ];

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

    [Fact]
    public void What_is_sound_is_read_as_it_was_written()
    {
        Assert.True(DcutrCodec.TryDecode(Sound[0], out var connect) && !connect.IsSync && connect.Addresses[1].Equals(Somewhere));
        Assert.True(DcutrCodec.TryDecode(Sound[1], out var sync) && sync.IsSync);
        Assert.True(AutonatCodec.TryReadRequest(Sound[2], out _, out var asked) && asked.Single().Equals(Somewhere));
        Assert.True(AutonatCodec.TryReadAnswer(Sound[3], out var status) && status == AutonatAnswer.Types.Status.DialError);
        Assert.True(Autonat2Codec.TryReadRequest(Sound[4], out var addresses, out var nonce) && addresses.Count == 2 && nonce == 0x0123456789ABCDEF);
        Assert.True(Autonat2Codec.TryReadReply(Sound[5], out _, out var demand) && (demand!.Index, demand.Count) == (1u, 30_000u));
        Assert.True(Autonat2Codec.TryReadData(Sound[6], out var length) && length == 40);
        Assert.True(Autonat2Codec.TryReadReply(Sound[7], out var answer, out _) && answer!.Dial == Autonat2Answer.Types.Dial.Ok);
        Assert.True(Autonat2Codec.TryReadDialBack(Sound[8], out var brought) && brought == 7);
    }

    /// <summary>Golden bytes, written down from the specification's field numbers.</summary>
    [Fact]
    public void Messages_are_the_bytes_of_the_specification()
    {
        Assert.Equal("08ac02", Convert.ToHexStringLower(DcutrCodec.Encode(DcutrMessage.Sync)));
        Assert.Equal("0864120804c0a80001061f90", Convert.ToHexStringLower(DcutrCodec.Encode(new DcutrMessage(IsSync: false, [Multiaddr.Parse("/ip4/192.168.0.1/tcp/8080")]))));
        Assert.Equal("090700000000000000", Convert.ToHexStringLower(Autonat2Codec.DialBack(7)));
        Assert.Equal("1a0608" + "01" + "10b0ea01", Convert.ToHexStringLower(Autonat2Codec.Demand(1, 30_000)));
    }

    private static void DecodeAll(byte[] bytes)
    {
        _ = DcutrCodec.TryDecode(bytes, out _);
        _ = AutonatCodec.TryReadRequest(bytes, out _, out _);
        _ = AutonatCodec.TryReadAnswer(bytes, out _);
        _ = Autonat2Codec.TryReadRequest(bytes, out _, out _);
        _ = Autonat2Codec.TryReadReply(bytes, out _, out _);
        _ = Autonat2Codec.TryReadData(bytes, out _);
        _ = Autonat2Codec.TryReadDialBack(bytes, out _);
    }
}
