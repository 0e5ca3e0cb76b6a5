using System.Net;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests.Wire;

/// <summary>Multicast DNS as bytes.</summary>
public sealed class DnsTests
{
    [Fact]
    public void A_query_has_the_bytes_of_the_standard()
    {
        var query = new DnsMessage(0, IsAnswer: false, [new DnsQuestion("_p2p._udp.local", DnsType.Ptr)], [], []);
        Assert.Equal("000000000001000000000000" + "045f703270045f756470056c6f63616c00" + "000c0001", Convert.ToHexStringLower(DnsCodec.Encode(query)));
    }

    [Fact]
    public void An_answer_comes_back_as_it_went()
    {
        var answer = new DnsMessage(
            7,
            IsAnswer: true,
            [new DnsQuestion("a.local", DnsType.Any, IsUnicastWanted: true)],
            [DnsRecord.Ptr("_p2p._udp.local", 120, "me._p2p._udp.local")],
            [DnsRecord.Txt("me._p2p._udp.local", 60, ["dnsaddr=/ip4/10.0.0.1/tcp/1", ""]), DnsRecord.Srv("me._p2p._udp.local", 1, 4001, "me.local"), DnsRecord.Address("me.local", 0, IPAddress.Parse("fd00::1"))]);
        Assert.True(DnsCodec.TryDecode(DnsCodec.Encode(answer), out var read));
        Assert.Equal((answer.Id, answer.IsAnswer), (read.Id, read.IsAnswer));
        Assert.Equal(answer.Questions, read.Questions);
        Assert.Equivalent(answer.Answers, read.Answers, strict: true);
        Assert.Equivalent(answer.Additional, read.Additional, strict: true);
        Assert.True(read.Answers[0].TryGetTarget(out var target));
        Assert.Equal("me._p2p._udp.local", target);
        Assert.Equal(["dnsaddr=/ip4/10.0.0.1/tcp/1", ""], read.Additional[0].Texts());
        Assert.Equal(DnsCodec.Encode(answer).Length, 12 + 13 + read.Answers.Concat(read.Additional).Sum(DnsCodec.LengthOf));
    }

    [Fact]
    public void Names_shortened_by_pointers_are_spelled_out()
    {
        // The answer's name points at offset 12, where the question's stands; its target is "me" before the same.
        var bytes = Convert.FromHexString("000084000001000100000000" + "045f703270045f756470056c6f63616c00" + "000c0001" + "c00c" + "000c0001" + "00000078" + "0005" + "026d65c00c");
        Assert.True(DnsCodec.TryDecode(bytes, out var read));
        Assert.Equal("_p2p._udp.local", read.Answers[0].Name);
        Assert.True(read.Answers[0].TryGetTarget(out var target));
        Assert.Equal("me._p2p._udp.local", target);
    }

    [Theory]
    [InlineData("c000")] // at the head
    [InlineData("c00c")] // at itself
    [InlineData("c00e")] // forward
    [InlineData("0161c00c")] // a label, and again
    [InlineData("40")] // a length that is none
    [InlineData("c0")] // cut off
    [InlineData("3f61")] // cut off
    public void Names_that_never_end_are_refused(string name) => Assert.False(DnsCodec.TryDecode(Convert.FromHexString("000000000001000000000000" + name), out _));

    [Fact]
    public void A_label_with_a_dot_does_not_pass_for_two()
    {
        Assert.True(DnsName.TryRead([3, (byte)'a', (byte)'.', (byte)'b', 0], 0, out var name, out _));
        Assert.NotEqual("a.b", name);
    }

    [Fact]
    public void Names_above_the_limits_are_none()
    {
        Assert.True(DnsName.IsSound("EDGEMESH_PLAYGROUND.local"));
        Assert.True(DnsName.IsSound(new string('a', 63)));
        Assert.False(DnsName.IsSound(new string('a', 64)));
        Assert.False(DnsName.IsSound("a..b"));
        Assert.False(DnsName.IsSound(""));
        Assert.False(DnsName.IsSound(string.Join('.', Enumerable.Repeat(new string('a', 63), 4))));
    }
}
