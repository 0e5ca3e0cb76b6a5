using System.Text;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests.Wire;

/// <summary>Text of strangers and of files is taken or refused; what is taken reads the same again.</summary>
public sealed class HostileTextTests
{
    private const string Letters = "/:.-_ \r\n%0123456789abcdefxyzABCXYZéß漢\0";

    private static readonly string Peer = IdentityKey.FromSeed(new byte[32]).PeerId.ToString();

    private static readonly string[] Sound =
    [
        $"/ip4/10.0.0.1/tcp/20006/p2p/{Peer}/p2p-circuit/p2p/{Peer}",
        "/ip6/fe80::1/udp/9/quic-v1",
        "/dns4/relay.example.com/tcp/443/tls/sni/a.example/ws",
        Peer,
        "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
        "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe",
        PreSharedKey.Generate().ToFile(),
        WebSocketUpgrade.Ask("relay.example.com", 443, Convert.ToBase64String(new byte[16])),
        WebSocketUpgrade.Answer(WebSocketUpgrade.Ask("a", 1, Convert.ToBase64String(new byte[16])), out _),
        "", "/", "/ip4", "/p2p/", "GET ", "HTTP/1.1 101 ", "b",
    ];

    [Fact]
    public void Changed_and_random_text_is_taken_or_refused()
    {
        var random = new Random(1);
        for (var round = 0; round < 60_000; round++)
        {
            var text = new StringBuilder(Sound[round % Sound.Length]);
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(text.Length + 1);
                switch (random.Next(4))
                {
                    case 0 when at < text.Length: text[at] = Letters[random.Next(Letters.Length)]; break;
                    case 1 when at < text.Length: text.Length = at; break;
                    case 2 when at < text.Length: text.Append(text.ToString(at, text.Length - at)); break;
                    default: text.Insert(at, Letters[random.Next(Letters.Length)]); break;
                }
            }

            ReadAll(text.ToString());
        }
    }

    [Fact]
    public void Text_of_any_length_is_looked_at_no_further_than_its_limit()
    {
        foreach (var letter in "1bz/Q")
        {
            var text = new string(letter, 1 << 20);
            Assert.False(PeerId.TryParse(text, out _));
            Assert.False(Multiaddr.TryParse(text, out _));
            Assert.False(PreSharedKey.TryParse(text, out _));
        }

        Assert.False(PeerId.TryParse(null, out _));
        Assert.False(Multiaddr.TryParse(null, out _));
        Assert.False(PreSharedKey.TryParse(null, out _));
    }

    [Fact]
    public void Base58_gives_back_what_it_was_given()
    {
        var random = new Random(1);
        for (var length = 0; length < 100; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes.AsSpan(length / 4));
            Assert.True(Base58.TryDecode(Base58.Encode(bytes), out var back));
            Assert.Equal(bytes, back);
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("my", "66")]
    [InlineData("mzxw6", "666f6f")]
    [InlineData("mzxw6ytboi", "666f6f626172")]
    public void Base32_is_read_as_its_specification_has_it(string text, string bytes)
    {
        // RFC 4648, section 10, in lower case and without padding.
        Assert.True(Base32.TryDecode(text, out var read));
        Assert.Equal(bytes, Convert.ToHexStringLower(read));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 8\r\n\r\n", "426")]
    [InlineData("POST / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n", "400")]
    [InlineData("", "400")]
    public void Who_asks_for_no_WebSocket_is_told_so(string request, string status)
    {
        Assert.StartsWith($"HTTP/1.1 {status} ", WebSocketUpgrade.Answer(request, out var isGranted), StringComparison.Ordinal);
        Assert.False(isGranted);
    }

    private static void ReadAll(string text)
    {
        if (PeerId.TryParse(text, out var id)) Assert.True(PeerId.TryParse(id.ToString(), out var again) && again == id);
        if (Multiaddr.TryParse(text, out var address)) Assert.True(Multiaddr.TryRead(address.Bytes, out var read) && read.Equals(address), text);
        if (PreSharedKey.TryParse(text, out var key)) Assert.True(PreSharedKey.TryParse(key.ToFile(), out _));
        _ = Base58.TryDecode(text.AsSpan(0, Math.Min(text.Length, 128)), out _);
        _ = Base32.TryDecode(text, out _);
        Assert.StartsWith(WebSocketUpgrade.Answer(text, out var isGranted)[..9], "HTTP/1.1 ", StringComparison.Ordinal);
        if (isGranted) Assert.StartsWith("GET ", text, StringComparison.Ordinal);
        _ = WebSocketUpgrade.IsGranted(text, "AAAAAAAAAAAAAAAAAAAAAA==");
    }
}
