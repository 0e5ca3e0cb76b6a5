using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Skerry.Agent.Demo;

/// <summary>The small HTTP service that the demo runs two instances of.</summary>
internal static class DemoService
{
    /// <summary>The answer's header that says who answered.</summary>
    public const string NodeHeader = "X-Demo-Node";

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
            return context.Response.WriteAsync(context.Request.Path == "/health" ? "ok\n" : $"hello from {node} (process {Environment.ProcessId})\n", context.RequestAborted);
        });
        await service.StartAsync(cancellation);
        await Task.Delay(Timeout.Infinite, cancellation);
    }
}
