using System.Globalization;
using System.Text;

using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Skerry.Api.Etcd.Grpc;

/// <summary>Kestrel's requests to handlers: gRPC's by the method's name, all others to one for plain HTTP.</summary>
internal sealed class GrpcApplication(
    IReadOnlyDictionary<string, GrpcHandler> methods, Func<HttpContext, GrpcFault> admit, RequestDelegate plain, ILogger logger, CancellationToken stopping) : IHttpApplication<HttpContext>
{
    private const string ContentType = "application/grpc";

    /// <summary>Kestrel keeps a stream's objects for the next one, and a context with them.</summary>
    public HttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<HttpContext> container) return new DefaultHttpContext(contextFeatures);
        if (container.HostContext is DefaultHttpContext kept) kept.Initialize(contextFeatures);
        else container.HostContext = new DefaultHttpContext(contextFeatures);
        return container.HostContext;
    }

    public void DisposeContext(HttpContext context, Exception? exception) => ((DefaultHttpContext)context).Uninitialize();

    public async Task ProcessRequestAsync(HttpContext context)
    {
        // Without HTTP/2 there is no place for a call's status.
        if (context.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) != true || !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            await plain(context);
            return;
        }

        context.Response.ContentType = ContentType;
        var path = context.Request.Path.Value ?? "";
        if (!methods.TryGetValue(path, out var handler))
        {
            var parts = path.Split('/');
            var service = parts.Length == 3 ? parts[1] : path;
            var isService = methods.Keys.Any(known => known.StartsWith($"/{service}/", StringComparison.Ordinal));
            Finish(context, new GrpcFault(GrpcStatus.Unimplemented, isService ? $"unknown method {parts[2]} for service {service}" : $"unknown service {service}"));
            return;
        }

        if (admit(context) is { IsOk: false } refusal) Finish(context, refusal);
        else await ServeAsync(context, handler);
    }

    private async Task ServeAsync(HttpContext context, GrpcHandler handler)
    {
        var aborted = context.RequestAborted;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        if (context.Request.Headers.TryGetValue("grpc-timeout", out var header) && GrpcTimeout.TryParse(header.ToString(), out var timeout)) ending.CancelAfter(timeout);
        try
        {
            Finish(context, await handler(new GrpcCall(context, ending.Token)));
        }
        catch (OperationCanceledException)
        {
            if (aborted.IsCancellationRequested) return;
            Finish(context, stopping.IsCancellationRequested
                ? new GrpcFault(GrpcStatus.Unavailable, "etcdserver: server stopped") : new GrpcFault(GrpcStatus.DeadlineExceeded, "context deadline exceeded"));
        }
        catch (IOException)
        {
            // The client went away in the middle of a message.
        }
        catch (Exception broken)
        {
            EtcdLog.Failed(logger, context.Request.Path.ToString(), broken);
            Finish(context, new GrpcFault(GrpcStatus.Internal, "internal error: see the agent's log"));
        }
    }

    /// <summary>The status comes after the messages; where there are none it may come with the headers, in one frame.</summary>
    private static void Finish(HttpContext context, GrpcFault fault)
    {
        var response = context.Response;
        var isBare = !response.HasStarted && !fault.IsOk;
        var target = isBare ? response.Headers : context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
        target["grpc-status"] = ((int)fault.Status).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(fault.Message)) target["grpc-message"] = Escape(fault.Message);
    }

    /// <summary>Percent-encoding of what is not printable ASCII, and of the percent sign itself.</summary>
    private static string Escape(string message)
    {
        if (message.All(character => character is >= ' ' and <= '~' and not '%')) return message;
        var escaped = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= (byte)' ' and <= (byte)'~' and not (byte)'%') escaped.Append((char)value);
            else escaped.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return escaped.ToString();
    }
}
