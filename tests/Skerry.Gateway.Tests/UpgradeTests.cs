using System.Net.WebSockets;
using System.Security.Cryptography;

namespace Skerry.Gateway.Tests;

public sealed class UpgradeTests
{
    [Fact]
    public async Task A_web_socket_carries_messages_both_ways_until_either_side_closes()
    {
        await using var instance = await WebInstance.StartAsync(async http =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var message = await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
                if (message.MessageType == WebSocketMessageType.Close) break;
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, http.RequestAborted);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", http.RequestAborted);
        });
        await using var gateway = await TestGateway.StartAsync(new Gateway.Plugins.Upstream.UpstreamOptions { Addresses = [instance.Address] });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://{gateway.Address}/chat"), limit.Token);
        foreach (var length in (int[])[0, 1, 125, 126, 65_535, 1_000_000])
        {
            var sent = RandomNumberGenerator.GetBytes(length);
            var sending = client.SendAsync(sent.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, limit.Token).AsTask();
            using var received = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var part = await client.ReceiveAsync(buffer.AsMemory(), limit.Token);
                received.Write(buffer, 0, part.Count);
                if (part.EndOfMessage) break;
            }

            await sending;
            Assert.Equal(sent, received.ToArray());
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
        Assert.Equal("bye", client.CloseStatusDescription);
    }

    [Fact]
    public async Task An_upgrade_that_an_instance_refuses_is_an_ordinary_answer()
    {
        await using var backend = Backend.Answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        var answer = await gateway.RawAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", until: "no");
        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Upgrade", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("HTTP/2.0")]
    [InlineData("TLS/1.2")]
    public async Task An_upgrade_to_what_would_hide_requests_from_the_pipelines_is_not_forwarded(string protocol)
    {
        string? seen = null;
        await using var backend = Backend.Start(async connection =>
        {
            seen = await connection.ReadRequestAsync();
            await connection.WriteAsync(Backend.Ok("plain"));
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        var answer = await gateway.RawAsync($"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n", until: "plain");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Upgrade", seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("HTTP2-Settings", seen, StringComparison.OrdinalIgnoreCase);
    }
}
