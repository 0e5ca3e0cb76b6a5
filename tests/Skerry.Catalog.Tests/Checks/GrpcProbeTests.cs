using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

using Skerry.Catalog.Checks;

namespace Skerry.Catalog.Tests.Checks;

public sealed class GrpcProbeTests
{
    [Theory]
    [InlineData(1, CheckStatus.Passing, "success")]
    [InlineData(2, CheckStatus.Critical, "NOT_SERVING")]
    [InlineData(3, CheckStatus.Critical, "SERVICE_UNKNOWN")]
    [InlineData(0, CheckStatus.Critical, "UNKNOWN")]
    public async Task The_serving_status_decides(int serving, CheckStatus expected, string output)
    {
        await using var server = await StartAsync(http => AnswerAsync(http, serving == 0 ? [0, 0, 0, 0, 0] : [0, 0, 0, 0, 2, 8, (byte)serving]));
        var result = await RunAsync(server.Address);
        Assert.Equal(expected, result.Status);
        Assert.EndsWith(output, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/shop.Orders", "0A0B73686F702E4F7264657273")]
    public async Task The_service_is_asked_for_by_name_and_the_server_by_none(string service, string message)
    {
        var seen = "";
        await using var server = await StartAsync(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            seen = $"{http.Request.Method} {http.Request.Path} {http.Request.ContentType} {http.Request.Headers.TE} {Convert.ToHexString(body.ToArray())}";
            await AnswerAsync(http, [0, 0, 0, 0, 2, 8, 1]);
        });
        Assert.Equal(CheckStatus.Passing, (await RunAsync(server.Address + service)).Status);
        Assert.Equal($"POST /grpc.health.v1.Health/Check application/grpc trailers 00{message.Length / 2:X8}{message}", seen);
    }

    [Fact]
    public async Task Over_tls_the_certificate_is_verified_unless_that_is_skipped()
    {
        await using var server = await TestServer.StartAsync(http => AnswerAsync(http, [0, 0, 0, 0, 2, 8, 1]), HttpProtocols.Http2, isTls: true);
        var refused = await RunAsync(server.Address, check => check with { UseTls = true });
        Assert.Equal(CheckStatus.Critical, refused.Status);
        Assert.Contains("certificate", refused.Output, StringComparison.OrdinalIgnoreCase);

        var skipped = await RunAsync(server.Address, check => check with { UseTls = true, TlsSkipVerify = true, TlsServerName = "orders.example" });
        Assert.Equal(CheckStatus.Passing, skipped.Status);
        Assert.Contains("orders.example", server.AskedFor);
    }

    [Fact]
    public async Task An_error_of_the_call_is_critical_and_says_which()
    {
        await using var server = await StartAsync(http =>
        {
            // Trailers only: what a server answers that does not know the health service.
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "12";
            http.Response.Headers["grpc-message"] = "unknown service";
            return Task.CompletedTask;
        });
        var result = await RunAsync(server.Address);
        Assert.Equal((CheckStatus.Critical, $"gRPC check {server.Address}: status 12 unknown service"), (result.Status, result.Output));
    }

    [Fact]
    public async Task What_is_no_grpc_server_is_critical()
    {
        await using var page = await StartAsync(http => http.Response.WriteAsync("hello"));
        Assert.Contains("status missing", (await RunAsync(page.Address)).Output, StringComparison.Ordinal);
        await using var missing = await StartAsync(http =>
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        Assert.Contains("HTTP status 404", (await RunAsync(missing.Address)).Output, StringComparison.Ordinal);
        await using var old = await TestServer.StartAsync(http => http.Response.WriteAsync("hello"));
        Assert.Equal(CheckStatus.Critical, (await RunAsync(old.Address)).Status);
        await using var endless = await StartAsync(async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(new byte[1024], http.RequestAborted);
        });
        Assert.Equal(CheckStatus.Critical, (await RunAsync(endless.Address)).Status);
    }

    private static Task<TestServer> StartAsync(RequestDelegate answer) => TestServer.StartAsync(answer, HttpProtocols.Http2);

    private static async Task AnswerAsync(HttpContext http, byte[] message)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(message);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<CheckResult> RunAsync(string target, Func<CheckDefinition, CheckDefinition>? change = null)
    {
        var check = new CheckDefinition { Id = "grpc", Name = "grpc", Type = CheckType.Grpc, Target = target };
        using var probe = new GrpcProbe(change?.Invoke(check) ?? check);
        using var limit = new CancellationTokenSource(Examples.Limit);
        return await probe.RunAsync(limit.Token);
    }
}
