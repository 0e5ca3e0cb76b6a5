using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

using Skerry.Primitives;

namespace Skerry.Agent.Demo;

/// <summary>The small HTTP service that the demo runs two instances of.</summary>
internal static class DemoService
{
    /// <summary>The answer's header that says who answered.</summary>
    public const string NodeHeader = "X-Demo-Node";

    /// <summary>Bytes of the download.</summary>
    public const int DownloadLength = 64 << 20;

    private const int PieceLength = 256 << 10;

    /// <summary>Between two pieces: long enough for something to happen meanwhile.</summary>
    private static readonly TimeSpan PieceInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The pieces of the download, the same wherever they are made.</summary>
    public static IEnumerable<byte[]> Download()
    {
        var prng = new Prng(DownloadLength);
        for (var left = DownloadLength; left > 0; left -= PieceLength)
        {
            var piece = new byte[Math.Min(left, PieceLength)];
            prng.Fill(piece);
            yield return piece;
        }
    }

    /// <summary>Answers until the process ends.</summary>
    public static async Task RunAsync(string node, IPEndPoint address, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(address));
        await using var service = builder.Build();
        service.Run(context =>
        {
            context.Response.Headers[NodeHeader] = node;
            context.Response.ContentType = "text/plain";
            return context.Request.Path == "/download" ? SendAsync(context) : context.Response.WriteAsync(context.Request.Path == "/health" ? "ok\n" : $"hello from {node} (process {Environment.ProcessId})\n", context.RequestAborted);
        });
        await service.StartAsync(cancellation);
        await Task.Delay(Timeout.Infinite, cancellation);
    }

    private static async Task SendAsync(HttpContext context)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = DownloadLength;
        foreach (var piece in Download())
        {
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            await Task.Delay(PieceInterval, context.RequestAborted);
        }
    }
}
