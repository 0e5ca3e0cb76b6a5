using System.Collections.Immutable;

using Skerry.Gateway.Model;

namespace Skerry.Gateway;

/// <summary>What the gateway is and does, in a shape that serialises to JSON as it stands.</summary>
internal static class GatewayState
{
    public static object Of(IEnumerable<Listener> listeners, ImmutableArray<PipelineModel> pipelines) => new
    {
        listeners = listeners.Select(listener => new { name = listener.Options.Name, address = listener.Address.ToString(), tls = listener.Options.Tls is not null }).ToArray(),
        pipelines = pipelines.Select(Of).ToArray(),
    };

    private static object Of(PipelineModel pipeline)
    {
        var whole = pipeline.Counters.Whole.Read();
        return new
        {
            name = pipeline.Name,
            listeners = pipeline.Options.Listeners,
            requests = whole.Requests,
            inFlight = pipeline.Requests.Count,
            errors = whole.Errors,
            clientErrors = whole.ClientErrors,
            seconds = whole.Seconds,
            p50 = whole.Percentile(0.5),
            p99 = whole.Percentile(0.99),
            plugins = pipeline.Plugins.Select((plugin, index) =>
            {
                var own = pipeline.Counters.Plugins[index].Read();
                return new
                {
                    name = pipeline.Counters.PluginNames[index],
                    requests = own.Requests,
                    inFlight = own.InFlight,
                    errors = own.Errors,
                    clientErrors = own.ClientErrors,
                    seconds = own.Seconds,
                    p50 = own.Percentile(0.5),
                    p99 = own.Percentile(0.99),
                    state = plugin.State,
                };
            }).ToArray(),
        };
    }
}
