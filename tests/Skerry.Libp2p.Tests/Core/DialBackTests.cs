using System.Net;

using Skerry.Libp2p.Core.Reachability;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>A server that calls back calls no victim.</summary>
public sealed class DialBackTests
{
    private static readonly IPAddress From = IPAddress.Parse("203.0.113.9");

    [Theory]
    [InlineData("/ip4/203.0.113.9/tcp/1", true)]
    [InlineData("/ip6/::ffff:203.0.113.9/tcp/1", true)]
    [InlineData("/ip4/203.0.113.8/tcp/1", false)]
    [InlineData("/ip4/203.0.113.9/tcp/0", false)]
    [InlineData("/ip4/203.0.113.9/udp/1/quic-v1", false)]
    [InlineData("/ip4/203.0.113.9/tcp/1/ws", false)]
    [InlineData("/dns4/victim.example.com/tcp/1", false)]
    [InlineData("/ip4/127.0.0.1/tcp/1", false)]
    public void Version_1_calls_only_where_the_request_comes_from(string asked, bool isCalled) =>
        Assert.Equal(isCalled, DialBack.ChooseSame([Multiaddr.Parse(asked)], From).Any());

    [Fact]
    public void Version_1_does_not_call_through_a_relay_at_the_callers_address()
    {
        var relay = IdentityKey.Generate().PeerId;
        Assert.Empty(DialBack.ChooseSame([Multiaddr.Parse($"/ip4/203.0.113.9/tcp/1/p2p/{relay}/p2p-circuit")], From));
    }

    [Fact]
    public void Version_1_calls_so_many_and_each_once() =>
        Assert.Equal(Candidates.Max, DialBack.ChooseSame(Enumerable.Range(1, 100).Select(i => Multiaddr.Parse($"/ip4/203.0.113.9/tcp/{1 + (i / 2)}")), From).Count());

    [Theory]
    [InlineData("/ip4/203.0.113.9/tcp/1", 0, true)]
    [InlineData("/ip4/198.51.100.1/tcp/1", 0, false)]
    [InlineData("/ip4/10.0.0.1/tcp/1 /ip4/127.0.0.1/tcp/1 /dns4/a.example/tcp/1 /ip4/203.0.113.9/tcp/1", 3, true)]
    [InlineData("/ip6/2a00::1/tcp/1 /ip4/198.51.100.1/tcp/1", 1, false)]
    [InlineData("/ip4/10.0.0.1/tcp/1", -1, false)]
    public void Version_2_calls_the_first_that_is_public_and_wants_to_be_paid_for_another_address(string asked, int index, bool isFree)
    {
        Assert.Equal(index, DialBack.Choose([.. asked.Split(' ').Select(Multiaddr.Parse)], From, hasIpv6: false, out var free));
        if (index >= 0) Assert.Equal(isFree, free);
    }

    [Fact]
    public void Version_2_calls_a_private_address_only_where_the_request_comes_from_it()
    {
        var address = Multiaddr.Parse("/ip4/10.0.0.1/tcp/1");
        Assert.Equal(1, DialBack.Choose([null, address], IPAddress.Parse("10.0.0.1"), hasIpv6: false, out var isFree));
        Assert.True(isFree);
        Assert.Equal(-1, DialBack.Choose([null, address], IPAddress.Parse("10.0.0.2"), hasIpv6: false, out _));
    }
}
