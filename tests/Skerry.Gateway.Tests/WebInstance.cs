using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Skerry.Gateway.Tests;

/// <summary>An instance that is a real web server, for what scripts of bytes would take too long to say: WebSocket, HTTP/2, streams.</summary>
internal sealed class WebInstance : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebInstance(WebApplication application) => _application = application;

    /// <summary>HOST:PORT.</summary>
    public string Address => new Uri(_application.Urls.Single()).Authority;

    public static async Task<WebInstance> StartAsync(RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = protocols);
        });
        var application = builder.Build();
        application.UseWebSockets();
        application.Run(answer);
        await application.StartAsync();
        return new WebInstance(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
