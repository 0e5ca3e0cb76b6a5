using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using Skerry.Libp2p.Core.Noise;
using Skerry.Libp2p.Driver;

namespace Skerry.Libp2p.Tests;

/// <summary>Bytes on the channels below the muxer that nobody honest sends: each ends its channel, and nothing is left of it.</summary>
public sealed class HostileChannelTests
{
    private static readonly byte[] Key = new byte[32];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changed_messages_of_a_Noise_channel_are_read_up_to_the_change_or_refused()
    {
        var ledger = new ResourceLedger(new Libp2pOptions { Identity = IdentityKey.Generate() });
        var sent = new MemoryStream();
        var account = ledger.Enter(IdentityKey.Generate().PeerId);
        var writer = new NoiseStream(sent, new CipherState(Key), new CipherState(Key), account);
        var plain = RandomNumberGenerator.GetBytes(3000);
        foreach (var length in (int[])[1, 100, 0, 1000, 1899]) await writer.WriteAsync(plain.AsMemory(0, length), Cancel);
        var sound = sent.ToArray();
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            byte[] bytes = [.. sound];
            if (round > 0 && random.Next(3) > 0) bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            else if (round > 0) bytes = [.. bytes[..random.Next(bytes.Length)], .. RandomNumberGenerator.GetBytes(random.Next(40))];
            var reader = new NoiseStream(new MemoryStream(bytes), new CipherState(Key), new CipherState(Key), account);
            var read = new MemoryStream();
            var failed = await Record.ExceptionAsync(() => reader.CopyToAsync(read, Cancel));
            Assert.True(failed is null or Libp2pException, failed?.ToString());
            Assert.True(round > 0 || (failed is null && read.Length == 3000), failed?.ToString());
            Assert.InRange(read.Length, 0, 3000);
            await reader.DisposeAsync();
        }

        await writer.DisposeAsync();
        account.Leave();
        Assert.Equal((0, 0L, 0), (ledger.Buffers, ledger.Memory, ledger.Peers));
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/0", false)]
    [InlineData("/ip4/127.0.0.1/tcp/0", true)]
    [InlineData("/ip4/127.0.0.1/tcp/0/ws", false)]
    [InlineData("/ip4/127.0.0.1/tcp/0/ws", true)]
    [InlineData("/ip4/127.0.0.1/tcp/0/wss", false)]
    public async Task Random_bytes_to_a_listener_leave_nothing_behind(string listen, bool isPrivate)
    {
        using var certificate = Certificate();
        await using var host = await TestHosts.StartAsync(options => options with
        {
            Listen = [Multiaddr.Parse(listen)],
            PreSharedKey = isPrivate ? PreSharedKey.Generate() : null,
            WebSocketCertificate = certificate,
            MaxConnections = 8, // were one place lost each time, nobody would be let in at the end
        });
        host.Addresses[0].TryGetTcp(out var endPoint);
        var random = new Random(1);
        for (var round = 0; round < 40; round++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync((IPEndPoint)endPoint!, Cancel);
            var bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            if (round % 4 == 0) "\x13/multistream/1.0.0\n\x07/noise\n"u8.CopyTo(bytes.Length > 40 ? bytes : bytes = new byte[60]);
            if (round % 4 == 1) "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"u8.CopyTo(bytes.Length > 60 ? bytes : bytes = new byte[80]);
            await socket.SendAsync(bytes, Cancel);
            socket.Shutdown(SocketShutdown.Send);
            await Record.ExceptionAsync(() => new NetworkStream(socket).CopyToAsync(Stream.Null, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        }

        await TestHosts.UntilAsync("the end of all handshakes", () => host is { Handshakes: 0, Places: 0 } && host.Ledger is { Peers: 0, Buffers: 0, Memory: 0, Streams: 0 });
    }

    [Fact]
    public async Task Random_bytes_in_every_protocol_a_host_speaks_cost_their_stream_alone()
    {
        await using var host = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions(), Autonat = new AutonatOptions(), Dht = new DhtOptions { Mode = DhtMode.Server } });
        await using var liar = await TestHosts.StartAsync(options => options with { HolePunching = false });
        var connection = await liar.DialAsync(host.Addresses[0], Cancel);
        var protocols = (await liar.GetInfoAsync(host.PeerId, Cancel)).Protocols;
        Assert.Superset(new HashSet<string> { RelayService.HopId, RelayService.StopId, IdentifyProtocol.PushId, AutonatServer.Id1, AutonatServer.Id2 }, protocols.ToHashSet());
        var random = new Random(1);
        foreach (var protocol in protocols)
        {
            for (var round = 0; round < 20; round++)
            {
                await using var stream = await liar.OpenAsync(connection, [protocol], Cancel);
                var bytes = new byte[random.Next(80)];
                random.NextBytes(bytes);
                // Most with a length before them, as the protocols have it.
                if (round % 4 > 0) bytes = [(byte)bytes.Length, .. bytes];
                await Record.ExceptionAsync(async () =>
                {
                    await stream.WriteAsync(bytes, Cancel);
                    await stream.EndWritingAsync(Cancel);
                    await stream.CopyToAsync(Stream.Null, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
                });
            }
        }

        Assert.True(await liar.PingAsync(connection, Cancel) > TimeSpan.Zero);
        Assert.Equal(0, host.RelayLoad);
    }

    private static System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
