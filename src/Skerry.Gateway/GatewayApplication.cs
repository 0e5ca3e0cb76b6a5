using System.Diagnostics;

using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

using Skerry.Gateway.Model;

namespace Skerry.Gateway;

/// <summary>What a listener does with its requests. It stands on Kestrel without the layers of a web application, which would cost more than the pipeline.</summary>
/// <param name="listener">The listener's name.</param>
/// <param name="scheme">What its clients speak: http or https.</param>
/// <param name="model">Gives the pipelines of this moment.</param>
/// <param name="logger">For what breaks.</param>
internal sealed class GatewayApplication(string listener, string scheme, Func<GatewayModel> model, ILogger logger) : IHttpApplication<GatewayContext>
{
    public GatewayContext CreateContext(IFeatureCollection contextFeatures)
    {
        // Kestrel keeps the context with the connection, so the next request of it finds it again.
        GatewayContext context;
        if (contextFeatures is IHostContextContainer<GatewayContext> container) context = container.HostContext ??= new GatewayContext();
        else context = new GatewayContext();
        context.Begin(contextFeatures, scheme);
        return context;
    }

    public async Task ProcessRequestAsync(GatewayContext context)
    {
        var pipeline = FindPipeline(context);
        if (pipeline is null)
        {
            await context.AnswerAsync(404, "No pipeline takes this request.");
            return;
        }

        var started = Stopwatch.GetTimestamp();
        var status = 500;
        context.Pipeline = pipeline;
        pipeline.Counters.Begin();
        try
        {
            await RunAsync(context, pipeline);
            status = context.StatusCode;
        }
        catch (OperationCanceledException) when (context.Aborted.IsCancellationRequested)
        {
            status = 499; // the client did not wait; nginx's number for it
        }
        catch (Exception broken) when (!context.HasStarted)
        {
            GatewayLog.PipelineBroke(logger, pipeline.Name, broken);
            context.ResponseHeaders.Clear();
            await context.AnswerAsync(500, "The gateway failed.");
        }
        finally
        {
            pipeline.Counters.End(status, Stopwatch.GetElapsedTime(started));
            pipeline.Release();
        }
    }

    public void DisposeContext(GatewayContext context, Exception? exception)
    {
        // Nothing outlives a request but the context itself.
    }

    private PipelineModel? FindPipeline(GatewayContext context)
    {
        // A model that is swapped out between the read and the use is refused by its pipeline: look at the new one.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (model().Find(listener, context) is { } pipeline) return pipeline;
        }

        return null;
    }

    private static async ValueTask RunAsync(GatewayContext context, PipelineModel pipeline)
    {
        for (var i = 0; i < pipeline.Plugins.Length; i++)
        {
            context.PassedPlugins = i + 1;
            if (await pipeline.Plugins[i].OnRequestAsync(context)) continue;
            pipeline.Counters.Answered(i);
            return;
        }

        await context.AnswerAsync(404, "The pipeline ends without an upstream.");
    }
}
