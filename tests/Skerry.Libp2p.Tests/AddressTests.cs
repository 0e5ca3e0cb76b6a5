using System.Net;

namespace Skerry.Libp2p.Tests;

/// <summary>Peer ids and multiaddrs in text and in bytes.</summary>
public sealed class AddressTests
{
    private const string Peer = "12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv";

    [Fact]
    public void The_id_of_the_specifications_key_is_its_own_hash()
    {
        // peer-ids/peer-ids.md, "Test vectors".
        Assert.True(PublicKey.TryDecode(Convert.FromHexString("080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e"), out var key));
        var seed = Convert.FromHexString("7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d");
        Assert.Equal(PeerId.FromPublicKey(key), IdentityKey.FromSeed(seed).PeerId);
        Assert.True(PeerId.FromPublicKey(key).TryGetPublicKey(out var held));
        Assert.Equal(key.Encoded, held.Encoded);
    }

    [Fact]
    public void An_id_reads_the_same_from_both_its_texts()
    {
        // peer-ids/peer-ids.md, "String representation".
        Assert.True(PeerId.TryParse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", out var legacy));
        Assert.True(PeerId.TryParse("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe", out var cid));
        Assert.Equal(legacy, cid);
        Assert.Equal("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", cid.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("12D3KooW0")]
    [InlineData("Qm")]
    [InlineData("bafz!")]
    [InlineData("12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ks")]
    public void What_is_no_id_is_refused(string text) => Assert.False(PeerId.TryParse(text, out _));

    [Theory]
    [InlineData("/ip4/10.0.0.1/tcp/20006")]
    [InlineData("/ip6/fd00::2/tcp/1/ws")]
    [InlineData("/dns4/relay.example.com/tcp/443/tls/ws")]
    [InlineData("/ip4/10.0.0.1/tcp/20006/p2p/" + Peer)]
    [InlineData("/ip4/10.0.0.1/udp/9/quic-v1/p2p/" + Peer + "/p2p-circuit/p2p/" + Peer)]
    public void An_address_is_the_same_after_text_and_bytes(string text)
    {
        var address = Multiaddr.Parse(text);
        Assert.Equal(text, address.ToString());
        Assert.True(Multiaddr.TryRead(address.Bytes, out var read));
        Assert.Equal(address, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("10.0.0.1:80")]
    [InlineData("/ip4/10.0.0.1/tcp")]
    [InlineData("/ip4/10.0.0.256/tcp/1")]
    [InlineData("/ip4/fd00::2/tcp/1")]
    [InlineData("/ip4/10.0.0.1/tcp/65536")]
    [InlineData("/ip4/10.0.0.1/sctp/1")]
    [InlineData("/dns4//tcp/1")]
    [InlineData("/p2p/nobody")]
    public void What_is_no_address_is_refused(string text) => Assert.False(Multiaddr.TryParse(text, out _));

    [Fact]
    public void Bytes_of_the_multiaddr_specification_are_read()
    {
        var address = Multiaddr.Parse("/ip4/127.0.0.1/tcp/1234");
        Assert.Equal("047f0000010604d2", Convert.ToHexStringLower(address.Bytes));
        Assert.True(address.TryGetTcp(out var endPoint));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 1234), endPoint);
    }

    [Fact]
    public void A_peer_is_put_behind_an_address_once()
    {
        Assert.True(PeerId.TryParse(Peer, out var peer));
        var address = Multiaddr.Parse("/ip4/10.0.0.1/tcp/20006").WithPeer(peer);
        Assert.Equal(peer, address.PeerId);
        Assert.Same(address, address.WithPeer(peer));
        Assert.Equal("/ip4/10.0.0.1/tcp/20006", address.WithoutPeer().ToString());
    }
}
