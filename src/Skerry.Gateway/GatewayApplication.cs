using System.Diagnostics;

using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

using Skerry.Gateway.Http1;
using Skerry.Gateway.Model;

namespace Skerry.Gateway;

/// <summary>
/// What a listener does with its requests. It stands on Kestrel without the layers of a web application, which would cost more than the pipeline.
/// </summary>
/// <param name="options">The listener.</param>
/// <param name="model">Gives the pipelines of this moment.</param>
/// <param name="logger">For what breaks.</param>
internal sealed class GatewayApplication(ListenerOptions options, Func<GatewayModel> model, ILogger logger) : IHttpApplication<GatewayContext>
{
    /// <summary>nginx's number for a client that did not wait: it is counted, and nobody is left to be told.</summary>
    public const int ClientGone = 499;

    private volatile ListenerOptions _options = options;
    private volatile GatewayModel? _last;
    private volatile Resolved? _resolved;

    /// <summary>The listener's options of this moment.</summary>
    public ListenerOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>From now on there is no model with this listener: requests on connections that are still open go by the last that had it.</summary>
    public void GoBy(GatewayModel last) => _last = last;

    public GatewayContext CreateContext(IFeatureCollection contextFeatures)
    {
        // Kestrel keeps the context with the connection, so the next request of it finds it again.
        GatewayContext context;
        if (contextFeatures is IHostContextContainer<GatewayContext> container) context = container.HostContext ??= new GatewayContext();
        else context = new GatewayContext();
        context.Begin(contextFeatures, _options);
        return context;
    }

    public Task ProcessRequestAsync(GatewayContext context) => GatewayTracing.IsOn ? TraceAsync(context) : AnswerAsync(context);

    public void DisposeContext(GatewayContext context, Exception? exception)
    {
        // Nothing outlives a request but the context itself.
    }

    private static async Task RefuseAsync(GatewayContext context)
    {
        context.Outcome = 404;
        await context.AnswerAsync(404, "No pipeline takes this request.");
    }

    private Task AnswerAsync(GatewayContext context) => FindPipeline(context) is { } pipeline ? RunAsync(context, pipeline) : RefuseAsync(context);

    private async Task TraceAsync(GatewayContext context)
    {
        var span = GatewayTracing.BeginRequest(context);
        try
        {
            await AnswerAsync(context);
        }
        finally
        {
            GatewayTracing.EndRequest(span, context);
        }
    }

    private PipelineModel? FindPipeline(GatewayContext context)
    {
        while (true)
        {
            var current = model();
            var resolved = _resolved;
            if (!ReferenceEquals(resolved?.Model, current)) _resolved = resolved = Resolve(current);
            if (resolved.Routes?.Enter(context) is { } pipeline) return pipeline;
            // A model that was swapped out after it was read lets nobody in: look at the one that replaced it.
            if (ReferenceEquals(model(), current)) return null;
        }
    }

    private Resolved Resolve(GatewayModel current) =>
        new(current, current.Routes.GetValueOrDefault(Options.Name) ?? _last?.Routes.GetValueOrDefault(Options.Name));

    private async Task RunAsync(GatewayContext context, PipelineModel pipeline)
    {
        var counters = pipeline.Counters;
        var started = Stopwatch.GetTimestamp();
        var status = ClientGone;
        counters.Whole.Enter();
        context.Pipeline = pipeline;
        try
        {
            var begun = started;
            for (var i = 0; ; i++)
            {
                if (i == pipeline.Plugins.Length)
                {
                    await context.AnswerAsync(404, "The pipeline ends without an upstream.");
                    break;
                }

                context.PassedPlugins = i + 1;
                counters.Plugins[i].Enter();
                status = ClientGone;
                var goesOn = false;
                try
                {
                    goesOn = await pipeline.Plugins[i].OnRequestAsync(context);
                    status = goesOn ? 0 : context.StatusCode;
                }
                finally
                {
                    var ended = Stopwatch.GetTimestamp();
                    counters.Plugins[i].Count(status, ended - begun);
                    begun = ended;
                }

                if (!goesOn) break;
            }

            status = context.StatusCode;
        }
        catch (BadHttpRequestException malformed) when (!context.HasStarted)
        {
            status = malformed.StatusCode;
            await context.AnswerAsync(status, malformed.Message);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            status = ClientGone;
            context.Abort();
        }
        catch (AnswerBrokenException)
        {
            status = 502;
            await context.CutAsync();
        }
        catch (Exception broken)
        {
            status = 500;
            GatewayLog.PipelineBroke(logger, pipeline.Name, broken);
            await BreakAsync(context);
        }
        finally
        {
            context.Outcome = status;
            counters.Whole.Count(status, Stopwatch.GetTimestamp() - started);
            pipeline.Requests.Leave();
        }
    }

    private static async ValueTask BreakAsync(GatewayContext context)
    {
        if (context.HasStarted)
        {
            context.Abort();
            return;
        }

        context.ResponseHeaders.Clear();
        context.PassedPlugins = 0;
        await context.AnswerAsync(500, "The gateway failed.");
    }

    /// <summary>This listener's routes in a model: looked up once for each model, not for each request.</summary>
    private sealed record Resolved(GatewayModel Model, RouteTable? Routes);
}
