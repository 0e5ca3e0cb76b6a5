using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Tests.Crypto;

/// <summary>The cipher of private networks against NaCl's test of it.</summary>
public sealed class XSalsa20Tests
{
    private static readonly byte[] Key = Convert.FromHexString("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    private static readonly byte[] Nonce = Convert.FromHexString("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");

    [Fact]
    public void Its_stream_is_NaCls()
    {
        var stream = new byte[32];
        new XSalsa20(Key, Nonce).Apply(stream);
        Assert.Equal("eea6a7251c1e72916d11c2cb214d3c252539121d8e234e652d651fa4c8cff880", Convert.ToHexStringLower(stream));
    }

    [Fact]
    public void Pieces_of_any_length_are_one_stream()
    {
        var whole = new byte[1000];
        new XSalsa20(Key, Nonce).Apply(whole);
        var pieces = new byte[1000];
        var cipher = new XSalsa20(Key, Nonce);
        for (var (at, length) = (0, 1); at < pieces.Length; at += length, length = Math.Min(length * 2 + 1, pieces.Length - at)) cipher.Apply(pieces.AsSpan(at, length));
        Assert.Equal(whole, pieces);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base16/\nabcd")]
    [InlineData("/key/swarm/psk/1.0.0/\n/base64/\nabcd")]
    public void What_is_no_key_file_is_refused(string text) => Assert.False(PreSharedKey.TryParse(text, out _));

    [Fact]
    public void A_key_reads_itself_from_its_file()
    {
        var key = PreSharedKey.Generate();
        Assert.True(PreSharedKey.TryParse(key.ToFile(), out var read));
        Assert.Equal(key.Key, read.Key);
    }
}
