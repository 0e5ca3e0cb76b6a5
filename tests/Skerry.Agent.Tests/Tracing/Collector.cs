using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Skerry.Agent.Tests.Tracing;

/// <summary>A collector of OpenTelemetry's, over HTTP and over gRPC: keeps what it is sent.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private const string GrpcPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _application;
    private readonly Lock _gate = new();
    private readonly List<CollectedSpan> _spans = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Collector(WebApplication application) => _application = application;

    /// <summary>Where it takes OTLP over HTTP.</summary>
    public string Http => _application.Urls.First();

    /// <summary>Where it takes OTLP over gRPC.</summary>
    public string Grpc => _application.Urls.Last();

    public IReadOnlyList<CollectedSpan> Spans
    {
        get
        {
            lock (_gate) return [.. _spans];
        }
    }

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, grpc => grpc.Protocols = HttpProtocols.Http2);
        });
        var application = builder.Build();
        var collector = new Collector(application);
        application.MapPost("/v1/traces", async context =>
        {
            collector.Take(await ReadAsync(context));
            context.Response.ContentType = "application/x-protobuf";
        });
        application.MapPost(GrpcPath, async context =>
        {
            // One message, uncompressed: a zero byte and its length go before it.
            collector.Take((await ReadAsync(context))[5..]);
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await application.StartAsync();
        return collector;
    }

    /// <summary>Waits for the spans of a trace that satisfy a condition.</summary>
    public async Task<IReadOnlyList<CollectedSpan>> UntilAsync(string trace, Func<IReadOnlyList<CollectedSpan>, bool> condition, string expected)
    {
        var timeout = Task.Delay(Patience); // a poll's bound
        while (true)
        {
            Task news;
            lock (_gate) news = _news.Task;
            var spans = Spans.Where(span => span.TraceId == trace).ToList();
            if (condition(spans)) return spans;
            if (timeout.IsCompleted) throw new TimeoutException($"Expected {expected}. Of trace {trace} there are:\n{string.Join('\n', spans)}\nof others {Spans.Count - spans.Count}.");
            await Task.WhenAny(news, timeout);
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private void Take(byte[] request)
    {
        TaskCompletionSource news;
        lock (_gate)
        {
            _spans.AddRange(CollectedSpan.Read(request));
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.SetResult();
    }
}
