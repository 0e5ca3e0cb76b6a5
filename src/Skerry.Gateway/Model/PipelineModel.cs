using System.Collections.Immutable;

using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Route;

namespace Skerry.Gateway.Model;

/// <summary>A pipeline ready to run. Requests enter and leave it; its plugins are disposed when it is retired and the last has left.</summary>
internal sealed class PipelineModel
{
    public PipelineModel(PipelineOptions options, ImmutableArray<GatewayPlugin> plugins, PipelineCounters counters, int loops)
    {
        Options = options;
        Plugins = plugins;
        Counters = counters;
        Requests = new InFlight(loops, () =>
        {
            foreach (var plugin in plugins) plugin.Dispose();
        });
        Route = plugins.OfType<RoutePlugin>().FirstOrDefault();
    }

    public PipelineOptions Options { get; }

    public string Name => Options.Name;

    /// <summary>In the order requests pass them.</summary>
    public ImmutableArray<GatewayPlugin> Plugins { get; }

    public PipelineCounters Counters { get; }

    /// <summary>Requests under way in it.</summary>
    public InFlight Requests { get; }

    /// <summary>What says which requests it takes; null: all.</summary>
    public RoutePlugin? Route { get; }
}
