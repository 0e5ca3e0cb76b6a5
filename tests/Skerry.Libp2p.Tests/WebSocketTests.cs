using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests;

/// <summary>Hosts that meet over HTTP.</summary>
public sealed class WebSocketTests
{
    private const string Echo = "/skerry/echo/1.0.0";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peers_meet_over_websocket_in_a_private_network_or_none(bool isPrivate)
    {
        var network = isPrivate ? PreSharedKey.Generate() : null;
        await using var listener = await StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws")], PreSharedKey = network });
        await using var dialler = await StartAsync(options => options with { PreSharedKey = network });
        var address = Assert.Single(listener.Addresses);
        Assert.Contains("/ws/p2p/", address.ToString(), StringComparison.Ordinal);

        Assert.Equal(listener.PeerId, await dialler.ConnectAsync(address, Cancel));
        await using var stream = await dialler.OpenAsync(listener.PeerId, [Echo], Cancel);
        var sent = RandomNumberGenerator.GetBytes(1_000_000);
        var writing = WriteAsync(stream, sent);
        var received = new MemoryStream();
        await stream.CopyToAsync(received, Cancel);
        await writing;
        Assert.Equal(sent, received.ToArray());
    }

    [Fact]
    public async Task Behind_tls_whose_certificate_nobody_trusts_the_dialler_hangs_up_and_says_so()
    {
        await using var listener = await StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/wss")], WebSocketCertificate = SelfSigned() });
        await using var dialler = await StartAsync();
        var address = Assert.Single(listener.Addresses);
        Assert.Contains("/wss/p2p/", address.ToString(), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => dialler.ConnectAsync(address, Cancel));
        Assert.Contains("no certificate that is trusted here", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listening_behind_tls_needs_a_certificate()
    {
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/wss")] }));
        Assert.Contains("there is no certificate for it", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n", "426")]
    public async Task Who_asks_for_something_else_than_a_websocket_is_told(string request, string status)
    {
        await using var listener = await StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws")] });
        listener.Addresses[0].TryGetTcp(out var endPoint);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint!, Cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        using var reader = new StreamReader(stream);
        Assert.StartsWith($"HTTP/1.1 {status} ", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void The_answer_is_the_one_of_the_rfc()
    {
        const string Request = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        var answer = WebSocketUpgrade.Answer(Request, out var isGranted);
        Assert.True(isGranted);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", answer, StringComparison.Ordinal);
        Assert.True(WebSocketUpgrade.IsGranted(answer, "dGhlIHNhbXBsZSBub25jZQ=="));
        Assert.False(WebSocketUpgrade.IsGranted(answer, "AAAAAAAAAAAAAAAAAAAAAA=="));
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/80/ws", "1.2.3.4", 80, false)]
    [InlineData("/dns4/site.example/tcp/443/wss", "site.example", 443, true)]
    [InlineData("/ip6/::1/tcp/443/tls/ws", "::1", 443, true)]
    [InlineData("/ip4/1.2.3.4/tcp/443/tls/sni/site.example/ws", "site.example", 443, true)]
    public void An_address_says_whom_to_ask_for(string text, string host, int port, bool isSecure)
    {
        Assert.True(WebSocketAddress.TryRead(Multiaddr.Parse(text).WithPeer(IdentityKey.Generate().PeerId), out var web));
        Assert.Equal(new WebSocketAddress(host, port, isSecure), web);
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/80")]
    [InlineData("/ip4/1.2.3.4/tcp/80/tls")]
    [InlineData("/ip4/1.2.3.4/udp/80/quic-v1")]
    public void An_address_of_something_else_is_none(string text) => Assert.False(WebSocketAddress.TryRead(Multiaddr.Parse(text), out _));

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static async Task WriteAsync(Libp2pStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes, Cancel);
        await stream.EndWritingAsync(Cancel);
    }

    private static async Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions>? change = null)
    {
        var options = new Libp2pOptions { Identity = IdentityKey.Generate() };
        var host = await TestHosts.BeginAsync(change?.Invoke(options) ?? options);
        host.Handle(Echo, async (stream, cancel) =>
        {
            await stream.CopyToAsync(stream, cancel);
            await stream.EndWritingAsync(cancel);
        });
        return host;
    }
}
