using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>Our host and js-libp2p over WebSocket, each dialling the other.</summary>
public sealed class JsWebSocketTests
{
    private const string Sink = "/skerry/test/sink/1.0.0";
    private const int Count = 5_000_000;

    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task We_dial_js_libp2p_over_websocket(bool isPrivate)
    {
        var network = isPrivate ? PreSharedKey.Generate() : null;
        await using var js = await JsPeer.StartAsync("noise", network, listen: "/ip4/127.0.0.1/tcp/0/ws");
        await using var host = await StartAsync(options => options with { PreSharedKey = network });
        Assert.Contains("/ws/p2p/", js.Address, StringComparison.Ordinal);

        var peer = await host.ConnectAsync(Multiaddr.Parse(js.Address), Cancel);
        Assert.True(await host.PingAsync(peer, Cancel) > TimeSpan.Zero);
        Assert.StartsWith("js-libp2p/", (await host.GetInfoAsync(peer, Cancel)).AgentVersion, StringComparison.Ordinal);
        var sent = RandomNumberGenerator.GetBytes(Count);
        await using var stream = await host.OpenAsync(peer, [Sink], Cancel);
        await stream.WriteAsync(sent, Cancel);
        await stream.EndWritingAsync(Cancel);
        using var answer = new StreamReader(stream);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(sent)), await answer.ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/0/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/0/wss")]
    public async Task Js_libp2p_dials_us_over_websocket(string listen)
    {
        await using var js = await JsPeer.StartAsync("noise");
        await using var host = await StartAsync(options => options with { Listen = [Multiaddr.Parse(listen)], WebSocketCertificate = SelfSigned() });
        var address = Assert.Single(host.Addresses).ToString();

        Assert.Equal(host.PeerId.ToString(), (string?)await js.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = address }));
        Assert.True((double)(await js.AskAsync(new JsonObject { ["do"] = "ping", ["address"] = address }))! >= 0);
        var upload = (await js.AskAsync(new JsonObject { ["do"] = "upload", ["address"] = address, ["count"] = Count }))!;
        Assert.Equal((string?)upload["sent"], (string?)upload["received"]);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static async Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions> change)
    {
        var host = await Libp2pHost.StartAsync(change(new Libp2pOptions { Identity = IdentityKey.Generate() }), TimeProvider.System, NullLogger.Instance, Meters);
        host.Handle(Sink, async (stream, cancel) =>
        {
            var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(digest), cancel);
            await stream.EndWritingAsync(cancel);
        });
        return host;
    }
}
