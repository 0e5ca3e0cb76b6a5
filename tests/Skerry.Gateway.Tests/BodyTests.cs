using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Skerry.Gateway.Tests;

/// <summary>Bodies on their way: as they come, no faster than the slower side, whole or not at all.</summary>
public sealed class BodyTests
{
    private const long Large = 100L * 1024 * 1024;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", "data: 1\n\n", "data: 2\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\none\r\n", "3\r\ntwo\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "one", "two")]
    public async Task What_an_instance_has_said_so_far_does_not_wait_for_what_it_has_not(string head, string first, string second)
    {
        var goOn = new TaskCompletionSource();
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(head);
            await connection.WriteAsync(first);
            await goOn.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await connection.WriteAsync(second);
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = await gateway.Http.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
        var buffer = new byte[100];
        Assert.True(await body.ReadAsync(buffer, limit.Token) > 0, "The first part must come while the second is not said.");
        goOn.SetResult();
        Assert.True(await body.ReadAsync(buffer, limit.Token) > 0, "The second part must come.");
    }

    [Fact]
    public async Task A_large_answer_to_a_slow_reader_waits_at_the_instance()
    {
        long written = 0;
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Large}\r\n\r\n");
            var piece = new byte[64 * 1024];
            while (Volatile.Read(ref written) < Large)
            {
                await connection.Stream.WriteAsync(piece);
                Interlocked.Add(ref written, piece.Length);
            }
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        using var client = new TcpClient { ReceiveBufferSize = 64 * 1024 };
        await client.ConnectAsync(gateway.Address);
        var stream = client.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        var heldBefore = GC.GetTotalMemory(forceFullCollection: true);
        await UntilStillAsync(() => Volatile.Read(ref written));
        Assert.InRange(Volatile.Read(ref written), 1, Large / 2); // what four sockets hold, and no more
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - heldBefore, long.MinValue, 16 * 1024 * 1024);
        Assert.InRange(await CountToEndAsync(stream), Large, Large + 4096);
    }

    [Fact]
    public async Task A_large_upload_to_a_slow_instance_waits_at_the_client()
    {
        long taken = 0;
        var begin = new TaskCompletionSource();
        await using var backend = Backend.Start(async connection =>
        {
            await begin.Task.WaitAsync(TimeSpan.FromSeconds(30));
            var buffer = new byte[64 * 1024];
            while (taken < Large) taken += await connection.Stream.ReadAsync(buffer);
            await connection.WriteAsync(Backend.Ok("taken"));
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        using var client = new TcpClient { SendBufferSize = 64 * 1024 };
        await client.ConnectAsync(gateway.Address);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Large}\r\n\r\n"));
        long written = 0;
        var sending = Task.Run(async () =>
        {
            var piece = new byte[64 * 1024];
            while (Volatile.Read(ref written) < Large)
            {
                await stream.WriteAsync(piece);
                Interlocked.Add(ref written, piece.Length);
            }
        });
        await UntilStillAsync(() => Volatile.Read(ref written));
        Assert.InRange(Volatile.Read(ref written), 1, Large / 2);
        begin.SetResult();
        await sending;
        var answer = new byte[4096];
        Assert.Contains("200 OK", Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer)), StringComparison.Ordinal);
        Assert.InRange(taken, Large, Large + 4096);
    }

    [Fact]
    public async Task Other_clients_are_answered_while_large_bodies_pass()
    {
        await using var large = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\n");
            var piece = new byte[64 * 1024];
            while (true) await connection.Stream.WriteAsync(piece);
        });
        await using var small = Backend.Answering(Backend.Ok("small"));
        var options = TestGateway.Options();
        await using var gateway = await TestGateway.StartAsync(options with
        {
            Pipelines =
            [
                new PipelineOptions { Name = "large", Plugins = [new Gateway.Plugins.Route.RouteOptions { Path = "/large" }, TestGateway.To(large)] },
                new PipelineOptions { Name = "small", Plugins = [TestGateway.To(small)] },
            ],
        });
        using var stop = new CancellationTokenSource();
        var downloads = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => Task.Run(async () =>
        {
            await using var body = await gateway.Http.GetStreamAsync(new Uri("/large", UriKind.Relative), stop.Token);
            var buffer = new byte[256 * 1024];
            while (await body.ReadAsync(buffer, stop.Token) > 0)
            {
                // As fast as it comes.
            }
        })).ToArray();
        for (var i = 0; i < 200; i++) Assert.Equal("small", await gateway.Http.GetStringAsync(new Uri("/small", UriKind.Relative)));
        await stop.CancelAsync();
        foreach (var download in downloads) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download);
    }

    [Theory]
    [InlineData("HTTP/1.0", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true)]
    [InlineData("HTTP/1.0", "HTTP/1.1 200 OK\r\n\r\n", false)]
    [InlineData("HTTP/1.1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true)]
    [InlineData("HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n", false)]
    public async Task The_end_of_an_answer_reaches_a_slow_client_though_the_connection_ends_with_it(string version, string head, bool isChunked)
    {
        const int pieces = 128, length = 64 * 1024;
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(head);
            var piece = new string('x', length);
            for (var i = 0; i < pieces; i++) await connection.WriteAsync(isChunked ? $"{length:x}\r\n{piece}\r\n{(i == pieces - 1 ? "0\r\n\r\n" : "")}" : piece);
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(gateway.Address);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / {version}\r\nHost: a\r\nConnection: close\r\n\r\n"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[16 * 1024];
        long count = 0;
        while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read) count += buffer.AsSpan(0, read).Count((byte)'x');
        Assert.Equal(pieces * length, count);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n")]
    public async Task An_answer_that_breaks_off_is_never_taken_for_whole(string answer)
    {
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(answer);
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Http.GetStringAsync(new Uri("/", UriKind.Relative)));
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\n", "")]
    [InlineData("Content-Length: 10\r\n\r\nhello", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n", "hello")]
    public async Task What_there_is_of_an_answer_that_breaks_off_reaches_the_client_first(string rest, string expected)
    {
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n" + rest);
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        for (var i = 0; i < 10; i++)
        {
            using var answer = await gateway.Http.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            var part = new byte[expected.Length];
            await body.ReadExactlyAsync(part);
            Assert.Equal(expected, Encoding.ASCII.GetString(part));
            await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadAtLeastAsync(new byte[1], 1));
        }
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "Content-Length: 5\r\n")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 OK")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", "204 No Content")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\n", "ETag: \"x\"\r\n")]
    [InlineData("GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", "205 Reset Content")]
    public async Task Answers_without_a_body_end_with_their_head_and_leave_both_connections_in_use(string method, string answer, string expected)
    {
        await using var backend = Backend.Answering(answer);
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        var request = $"{method} / HTTP/1.1\r\nHost: a\r\n\r\n";
        var both = await gateway.RawAsync(request + $"{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", until: "never");
        Assert.Equal(2, both.Split("HTTP/1.1 ").Length - 1);
        Assert.Contains(expected, both, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", both, StringComparison.Ordinal);
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_is_told_to_go_on()
    {
        await using var backend = Backend.Answering(Backend.Ok("taken"));
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var stream = client.GetStream();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"u8.ToArray(), limit.Token);
        var buffer = new byte[4096];
        Assert.Contains("100 Continue", Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, limit.Token)), StringComparison.Ordinal);
        await stream.WriteAsync("body"u8.ToArray(), limit.Token);
        Assert.Contains("200 OK", Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, limit.Token)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_body_is_read_reaches_the_client()
    {
        await using var backend = Backend.Start(connection => connection.WriteAsync("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig"));
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        for (var i = 0; i < 20; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(gateway.Address);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var stream = client.GetStream();
            await stream.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n0123456789"u8.ToArray(), limit.Token);
            var answer = new byte[4096];
            Assert.Contains("413", Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer, limit.Token)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_that_stops_within_its_body_gets_408_and_the_instance_is_not_blamed()
    {
        await using var backend = Backend.Start(connection => connection.ReadRequestAsync());
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend) with { IdleTimeout = TimeSpan.FromMilliseconds(200), EjectAfter = 1, Retries = 0 });
        var answer = await gateway.RawAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("\"failures\":0", JsonSerializer.Serialize(gateway.Server.State), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_goes_silent_within_its_answer_is_cut_off()
    {
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            await connection.ReadRequestAsync();
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend) with { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        using var answer = await gateway.Http.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_takes_its_request_with_it()
    {
        var asked = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var backend = Backend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            asked.TrySetResult();
            if (await connection.ReadRequestAsync() is null) left.TrySetResult();
        });
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(backend));
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(gateway.Address);
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Until a count has begun and is the same over several looks.</summary>
    private static async Task UntilStillAsync(Func<long> count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var (last, same) = (-1L, 0); same < 10 || last == 0;)
        {
            await Task.Delay(20, limit.Token); // stillness is the condition, and only time shows it
            var now = count();
            same = now == last ? same + 1 : 0;
            last = now;
        }
    }

    private static async Task<long> CountToEndAsync(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[256 * 1024];
        long total = 0;
        while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read) total += read;
        return total;
    }
}
