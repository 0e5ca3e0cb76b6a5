using Skerry.Libp2p.Core.Reachability;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>Which addresses that others name are dialled.</summary>
public sealed class CandidatesTests
{
    [Theory]
    [InlineData("/ip4/8.8.8.8/tcp/1", "")]
    [InlineData("/ip6/2a00:1450::1/tcp/1", "")]
    [InlineData("/ip4/10.1.0.1/tcp/1", "/ip4/10.9.9.9/tcp/2")]
    [InlineData("/ip4/172.31.0.1/tcp/1", "/ip4/172.16.0.1/tcp/2")]
    [InlineData("/ip4/192.168.1.1/tcp/1", "/ip4/192.168.7.7/tcp/2")]
    [InlineData("/ip4/100.64.0.1/tcp/1", "/ip4/100.127.0.1/tcp/2")]
    [InlineData("/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/tcp/2")]
    [InlineData("/ip6/::1/tcp/1", "/ip4/127.0.0.1/tcp/2")]
    [InlineData("/ip6/fd00::1/tcp/1", "/ip6/fc00::1/tcp/2")]
    public void An_address_is_dialled_from_its_own_kind_of_net(string named, string own) => Assert.Single(Choose([named], own));

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/1", "/ip4/10.0.0.1/tcp/2")]
    [InlineData("/ip6/::1/tcp/1", "/ip6/fc00::1/tcp/2")]
    [InlineData("/ip6/::ffff:127.0.0.1/tcp/1", "/ip4/8.8.8.8/tcp/2")]
    [InlineData("/ip6/::ffff:10.0.0.1/tcp/1", "/ip4/8.8.8.8/tcp/2")]
    [InlineData("/ip4/10.0.0.1/tcp/1", "/ip4/192.168.0.1/tcp/2")]
    [InlineData("/ip4/172.32.0.1/tcp/0", "")]
    [InlineData("/ip4/0.0.0.0/tcp/1", "/ip4/0.0.0.0/tcp/1")]
    [InlineData("/ip4/224.0.0.1/tcp/1", "")]
    [InlineData("/ip4/255.255.255.255/tcp/1", "")]
    [InlineData("/ip4/169.254.1.1/tcp/1", "/ip4/169.254.1.2/tcp/1")]
    [InlineData("/ip6/fe80::1/tcp/1", "/ip6/fe80::2/tcp/1")]
    [InlineData("/ip6/::/tcp/1", "")]
    [InlineData("/ip4/8.8.8.8/udp/1", "")]
    [InlineData("/ip4/8.8.8.8/tcp/443/tls/ws", "")]
    [InlineData("/dns4/localhost/tcp/22", "/ip4/127.0.0.1/tcp/2")]
    public void A_stranger_makes_nobody_knock_at_doors_of_his_own(string named, string own) => Assert.Empty(Choose([named], own));

    [Fact]
    public void A_way_through_a_relay_is_no_direct_one()
    {
        var relay = IdentityKey.Generate().PeerId;
        Assert.Empty(Choose([$"/ip4/8.8.8.8/tcp/1/p2p/{relay}/p2p-circuit"], ""));
    }

    [Fact]
    public void A_peer_gets_so_many_dials_and_the_public_ones_go_first()
    {
        var chosen = Choose([.. Enumerable.Range(0, 20).Select(i => $"/ip4/10.0.0.{i}/tcp/1"), "/ip4/8.8.8.8/tcp/1", "/ip4/8.8.8.8/tcp/1"], "/ip4/10.0.0.99/tcp/1");
        Assert.Equal(Candidates.Max, chosen.Count);
        Assert.Equal("/ip4/8.8.8.8/tcp/1", chosen[0].ToString());
        Assert.Equal("/ip4/10.0.0.0/tcp/1", chosen[1].ToString());
    }

    private static IReadOnlyList<Multiaddr> Choose(IEnumerable<string> named, string own) =>
        Candidates.Choose(named.Select(Multiaddr.Parse), own.Length == 0 ? [] : [Multiaddr.Parse(own)]);
}
