using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Microsoft.AspNetCore.Http;

using Skerry.Catalog.Checks;

namespace Skerry.Catalog.Tests.Checks;

public sealed class HttpProbeTests
{
    [Theory]
    [InlineData(200, CheckStatus.Passing)]
    [InlineData(204, CheckStatus.Passing)]
    [InlineData(299, CheckStatus.Passing)]
    [InlineData(304, CheckStatus.Critical)]
    [InlineData(404, CheckStatus.Critical)]
    [InlineData(429, CheckStatus.Warning)]
    [InlineData(430, CheckStatus.Critical)]
    [InlineData(500, CheckStatus.Critical)]
    [InlineData(503, CheckStatus.Critical)]
    public async Task The_status_code_decides(int code, CheckStatus expected)
    {
        await using var server = await TestServer.StartAsync(http =>
        {
            http.Response.StatusCode = code;
            return code is 204 or 304 ? Task.CompletedTask : http.Response.WriteAsync("said");
        });
        var result = await RunAsync(Check(server, "/health"));
        Assert.Equal(expected, result.Status);
        Assert.StartsWith($"HTTP GET http://{server.Address}/health: {code} ", result.Output, StringComparison.Ordinal);
        if (code is not (204 or 304)) Assert.EndsWith("Output: said", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Method_headers_and_body_are_sent_as_registered()
    {
        var seen = "";
        await using var server = await TestServer.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var headers = http.Request.Headers;
            seen = $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {headers.Host} {headers["X-Token"]} {headers.UserAgent} {headers.ContentType} {await reader.ReadToEndAsync()}";
        });
        var check = Check(server, "/a%20b?c=d") with
        {
            Method = "post",
            Body = "größe",
            Headers = Examples.Headers(("Host", "shop.example"), ("X-Token", "t"), ("User-Agent", "mine"), ("Content-Type", "text/x")),
        };
        Assert.Equal(CheckStatus.Passing, (await RunAsync(check)).Status);
        Assert.Equal("POST /a%20b?c=d shop.example t mine text/x größe", seen);
    }

    [Fact]
    public async Task Without_headers_of_its_own_it_says_who_it_is_and_which_host_it_wants()
    {
        var seen = "";
        await using var server = await TestServer.StartAsync(http =>
        {
            seen = $"{http.Request.Headers.Host} {http.Request.Headers.UserAgent}";
            return Task.CompletedTask;
        });
        await RunAsync(Check(server));
        Assert.Equal($"{server.Address} Skerry Health Check", seen);
    }

    [Fact]
    public async Task A_certificate_nobody_trusts_is_critical_unless_verification_is_skipped()
    {
        await using var server = await TestServer.StartAsync(http => http.Response.WriteAsync("secure"), isTls: true);
        var check = Check(server) with { Target = $"https://{server.Address}/" };
        var refused = await RunAsync(check);
        Assert.Equal(CheckStatus.Critical, refused.Status);
        Assert.Contains("certificate", refused.Output, StringComparison.OrdinalIgnoreCase);

        var skipped = await RunAsync(check with { TlsSkipVerify = true, TlsServerName = "shop.example" });
        Assert.Equal(CheckStatus.Passing, skipped.Status);
        Assert.Contains("shop.example", server.AskedFor);
    }

    [Fact]
    public async Task Redirects_are_followed_and_secrets_stay_with_the_host_they_are_for()
    {
        var seen = new ConcurrentQueue<string>();
        await using var other = await TestServer.StartAsync(http =>
        {
            seen.Enqueue($"other {http.Request.Method} {http.Request.Headers["X-Token"]}");
            return Task.CompletedTask;
        });
        await using var server = await TestServer.StartAsync(http =>
        {
            seen.Enqueue($"{http.Request.Path} {http.Request.Method} {http.Request.Headers["X-Token"]}");
            if (http.Request.Path == "/first") http.Response.Redirect("/second", permanent: false);
            else http.Response.Redirect(other.Address.Replace("127.0.0.1", "http://localhost", StringComparison.Ordinal), permanent: false);
            return Task.CompletedTask;
        });
        var result = await RunAsync(Check(server, "/first") with { Method = "POST", Headers = Examples.Headers(("X-Token", "t")) });
        Assert.Equal(CheckStatus.Passing, result.Status);
        Assert.Equal(["/first POST t", "/second GET t", "other GET "], seen);
    }

    [Fact]
    public async Task A_redirect_without_end_is_critical()
    {
        var requests = 0;
        await using var server = await TestServer.StartAsync(http =>
        {
            requests++;
            http.Response.Redirect("/again");
            return Task.CompletedTask;
        });
        var result = await RunAsync(Check(server));
        Assert.Equal((CheckStatus.Critical, 11), (result.Status, requests));
        Assert.Contains("10 redirects", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_body_is_read_no_further_than_it_is_kept()
    {
        await using var server = await TestServer.StartAsync(async http =>
        {
            var much = new byte[65536];
            much.AsSpan().Fill((byte)'x');
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(much, http.RequestAborted);
        });
        var result = await RunAsync(Check(server));
        Assert.Equal(CheckStatus.Passing, result.Status);
        Assert.Equal(CheckResult.MaxOutput, Encoding.UTF8.GetByteCount(CheckResult.Cut(result.Output)));
    }

    [Fact]
    public async Task Garbage_and_a_closed_port_are_critical_and_say_why()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var garbage = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("SSH-2.0-OpenSSH_9.2\r\n\r\n"u8.ToArray());
        });
        var check = Examples.Http("page", $"http://{listener.LocalEndpoint}/");
        var result = await RunAsync(check);
        await garbage;
        Assert.Equal(CheckStatus.Critical, result.Status);
        Assert.StartsWith($"HTTP GET {check.Target}: ", result.Output, StringComparison.Ordinal);

        listener.Stop();
        result = await RunAsync(check);
        Assert.Equal(CheckStatus.Critical, result.Status);
        Assert.Contains("refused", result.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_left_when_the_run_is_cut_off()
    {
        var isAsked = new TaskCompletionSource();
        var isLeft = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async http =>
        {
            http.RequestAborted.Register(isLeft.SetResult);
            isAsked.SetResult();
            await isLeft.Task;
        });
        using var probe = new HttpProbe(Check(server));
        using var limit = new CancellationTokenSource();
        var running = probe.RunAsync(limit.Token);
        await isAsked.Task.WaitAsync(Examples.Limit);
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Examples.Limit));
        await isLeft.Task.WaitAsync(Examples.Limit);
    }

    private static CheckDefinition Check(TestServer server, string path = "/") => Examples.Http("page", $"http://{server.Address}{path}");

    private static async Task<CheckResult> RunAsync(CheckDefinition check)
    {
        using var probe = new HttpProbe(check);
        using var limit = new CancellationTokenSource(Examples.Limit);
        return await probe.RunAsync(limit.Token);
    }
}
