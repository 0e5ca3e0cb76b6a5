using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;

using Skerry.Gateway.Plugins.Route;
using Skerry.Gateway.Plugins.Upstream;

namespace Skerry.Gateway.Tests;

public sealed class TracingTests
{
    [Fact]
    public async Task A_request_and_its_attempt_are_spans_named_as_OpenTelemetry_wants_them()
    {
        var asked = new TaskCompletionSource<string>();
        await using var backend = Backend.Start(async connection =>
        {
            asked.SetResult((await connection.ReadRequestAsync())!);
            await connection.WriteAsync("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        });
        await using var gateway = await TestGateway.StartAsync(new RouteOptions { Path = "/shop" }, TestGateway.To(backend));
        using var spans = new HeardSpans();
        await gateway.RawAsync($"GET /shop/cart?token=secret&plain HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: a test\r\ntraceparent: {spans.Traceparent}\r\ntracestate: some=thing\r\n\r\n");

        var (attempt, request) = await spans.UntilRequestAsync() is [var inner, var outer] ? (inner, outer) : default;
        Assert.Equal(("GET /shop", ActivityKind.Server, spans.Root, ActivityStatusCode.Error), (request.DisplayName, request.Kind, request.ParentSpanId, request.Status));
        Assert.Equal(("GET", ActivityKind.Client, request.SpanId, ActivityStatusCode.Error), (attempt.DisplayName, attempt.Kind, attempt.ParentSpanId, attempt.Status));
        var said = await asked.Task;
        Assert.Contains($"\r\ntraceparent: 00-{spans.Trace}-{attempt.SpanId}-01\r\n", said, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\r\ntracestate: some=thing\r\n", said, StringComparison.OrdinalIgnoreCase);
        AssertTags(
            request,
            ("http.request.method", "GET"), ("url.scheme", "http"), ("url.path", "/shop/cart"), ("url.query", "token=REDACTED&plain"), ("server.address", "shop.example"), ("server.port", 8080),
            ("client.address", "127.0.0.1"), ("network.peer.address", "127.0.0.1"), ("network.protocol.version", "1.1"), ("user_agent.original", "a test"), ("http.route", "/shop"),
            ("http.response.status_code", 503), ("error.type", "503"), ("skerry.pipeline", "test"));
        AssertTags(
            attempt,
            ("http.request.method", "GET"), ("url.full", $"http://{backend.Address}/shop/cart?token=REDACTED&plain"), ("server.address", "127.0.0.1"), ("http.response.status_code", 503), ("error.type", "503"));
    }

    [Fact]
    public async Task Each_attempt_is_a_span_and_one_on_a_kept_connection_leads_to_where_that_was_opened()
    {
        await using var dead = Backend.Start(_ => Task.CompletedTask);
        await using var backend = Backend.Answering(Backend.Ok("fine"));
        await using var gateway = await TestGateway.StartAsync(TestGateway.To(dead, backend) with { EjectAfter = 1 });
        using var spans = new HeardSpans();
        var ask = $"GET / HTTP/1.1\r\nHost: a\r\ntraceparent: {spans.Traceparent}\r\n\r\n";
        Activity[] all = [];
        // One of the first requests goes to the dead one first; then that is left out.
        for (var i = 0; i < 4 && !all.Any(span => span.GetTagItem("http.request.resend_count") is 1); i++)
        {
            await gateway.RawAsync(ask, until: "fine");
            all = await spans.UntilRequestAsync();
        }

        Assert.Contains(all, span => span is { Kind: ActivityKind.Client, Status: ActivityStatusCode.Error } && span.GetTagItem("error.type") is "closed");
        var opener = all.First(span => span is { Kind: ActivityKind.Client, Status: ActivityStatusCode.Unset });
        await gateway.RawAsync(ask, until: "fine");
        var kept = (await spans.UntilRequestAsync()).Last(span => span.Kind == ActivityKind.Client);
        Assert.Equal(opener.SpanId, Assert.Single(kept.Links).Context.SpanId);
    }

    [Fact]
    public async Task What_YARP_forwards_is_told_of_its_trace_too()
    {
        var told = new TaskCompletionSource<string>();
        await using var instance = await WebInstance.StartAsync(async http =>
        {
            told.SetResult(http.Request.Headers.TraceParent.ToString());
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", http.RequestAborted);
        });
        await using var gateway = await TestGateway.StartAsync(new UpstreamOptions { Addresses = [instance.Address] });
        using var spans = new HeardSpans();
        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader("traceparent", spans.Traceparent);
        await client.ConnectAsync(new Uri($"ws://{gateway.Address}/chat"), CancellationToken.None);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        var attempt = (await spans.UntilRequestAsync())[0];
        Assert.Equal($"00-{spans.Trace}-{attempt.SpanId}-01", await told.Task);
        Assert.Equal(101, attempt.GetTagItem("http.response.status_code"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_nobody_listens_the_trace_passes_as_it_is(bool isUpgrade)
    {
        const string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var told = new TaskCompletionSource<string>();
        await using var instance = await WebInstance.StartAsync(http =>
        {
            told.SetResult($"{http.Request.Headers.TraceParent} {http.Request.Headers.TraceState}");
            http.Response.StatusCode = (int)HttpStatusCode.Forbidden;
            return Task.CompletedTask;
        });
        await using var gateway = await TestGateway.StartAsync(new UpstreamOptions { Addresses = [instance.Address] });
        var upgrade = isUpgrade ? "Connection: Upgrade\r\nUpgrade: websocket\r\n" : "";
        await gateway.RawAsync($"GET / HTTP/1.1\r\nHost: a\r\n{upgrade}traceparent: {traceparent}\r\ntracestate: a=b\r\n\r\n");
        Assert.Equal($"{traceparent} a=b", await told.Task);
    }

    [Fact]
    public void Where_nobody_listens_nothing_is_made()
    {
        var context = new GatewayContext();
        _ = Trace(context); // what the first call sets up does not count
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Assert.False(Trace(context));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static bool Trace(GatewayContext context)
        {
            var span = GatewayTracing.BeginAttempt(context, null!, "orders", 0);
            GatewayTracing.EndAttempt(span, context, null);
            GatewayTracing.EndRequest(null, context);
            return GatewayTracing.IsOn;
        }
    }

    private static void AssertTags(Activity span, params (string Name, object Value)[] expected)
    {
        foreach (var (name, value) in expected) Assert.Equal((name, value), (name, span.GetTagItem(name)));
    }
}
