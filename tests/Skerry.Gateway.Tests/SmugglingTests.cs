using System.Net.Sockets;
using System.Text;

namespace Skerry.Gateway.Tests;

/// <summary>Requests that two servers in a row could take apart differently: they are refused, or go on as exactly one request.</summary>
public sealed class SmugglingTests
{
    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n14\r\nGPOST / HTTP/1.1\r\n\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3 \r\nContent-Length: 4\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc")]
    [InlineData("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n Host: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\nX: b\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET http://a/ b HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task What_can_be_read_in_two_ways_reaches_an_instance_as_one_sound_request_or_not_at_all(string request)
    {
        await using var recorder = new Recorder();
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(recorder.Backend) with { Retries = 0 });
        var answer = await gateway.RawAsync(request);
        var wire = recorder.Text;
        if (answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.Length == 0)
        {
            Assert.DoesNotContain("GPOST", wire, StringComparison.Ordinal);
            return;
        }

        // It was taken: then the instance has seen one head, framed in one way, and no byte after its body.
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(2, wire.Split("\r\nHost: ").Length);
        var hasLength = wire.Contains("\r\nContent-Length:", StringComparison.OrdinalIgnoreCase);
        var isChunked = wire.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.Ordinal);
        Assert.False(hasLength && isChunked, wire);
        Assert.DoesNotContain("\n ", wire, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wire.Replace("\r\n", "", StringComparison.Ordinal));
        if (isChunked) Assert.EndsWith("0\r\n\r\n", wire, StringComparison.Ordinal);
        else if (!hasLength) Assert.EndsWith("\r\n\r\n", wire, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_behind_one_another_on_a_connection_are_answered_in_their_order()
    {
        await using var backend = Backend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request) await connection.WriteAsync(Backend.Ok(request.Split(' ')[1]));
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        var requests = string.Concat(Enumerable.Range(0, 100).Select(number => $"GET /{number}. HTTP/1.1\r\nHost: a\r\n\r\n"));
        var answers = await gateway.RawAsync(requests + "GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", until: "never");
        var bodies = answers.Split("\r\n\r\n").Skip(1).Select(part => part.Split("HTTP/1.1")[0]).ToArray();
        Assert.Equal([.. Enumerable.Range(0, 100).Select(number => $"/{number}."), "/end"], bodies);
    }

    [Theory]
    [InlineData("x y", "v")]
    [InlineData("transfer-encoding ", "chunked")]
    [InlineData("x:", "v")]
    [InlineData("x", "a\r\ny: b")]
    [InlineData("transfer-encoding", "chunked")]
    [InlineData("connection", "x")]
    public async Task Headers_that_only_http2_can_carry_do_not_become_lines_of_http1(string name, string value)
    {
        await using var recorder = new Recorder();
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(recorder.Backend) with { Retries = 0 });
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address);
        var stream = client.GetStream();
        byte[] head = [0x82, 0x86, 0x84, .. Field(":authority", "a"), .. Field(name, value)];
        byte[] frames = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, (byte)head.Length, 1, 5, 0, 0, 0, 1, .. head];
        await stream.WriteAsync(frames);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        // Until a frame that decides: HEADERS (1), RST_STREAM (3) or GOAWAY (7).
        var frame = new byte[9];
        do
        {
            if (await stream.ReadAtLeastAsync(frame, 9, throwOnEndOfStream: false, limit.Token) < 9) break;
            await stream.ReadExactlyAsync(new byte[frame[0] << 16 | frame[1] << 8 | frame[2]], limit.Token);
        }
        while (frame[3] is not (1 or 3 or 7));
        Assert.DoesNotContain($"\n{name}: ", recorder.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\ny: ", recorder.Text, StringComparison.OrdinalIgnoreCase);

        static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
    }

    /// <summary>An instance that writes down every byte and answers when there is a pause after a head.</summary>
    private sealed class Recorder : IAsyncDisposable
    {
        private readonly StringBuilder _received = new();

        public Recorder() => Backend = Backend.Start(async connection =>
        {
            var buffer = new byte[16 * 1024];
            while (await connection.Stream.ReadAsync(buffer) is > 0 and var read)
            {
                lock (_received) _received.Append(Encoding.Latin1.GetString(buffer, 0, read));
                if (IsWhole(Text)) await connection.WriteAsync(Backend.Ok("ok"));
            }
        });

        public Backend Backend { get; }

        public string Text
        {
            get
            {
                lock (_received) return _received.ToString();
            }
        }

        public ValueTask DisposeAsync() => Backend.DisposeAsync();

        private static bool IsWhole(string text)
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) return false;
            return !text.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal) || text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        }
    }
}
