using System.Collections.Immutable;

using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Route;

namespace Skerry.Gateway.Model;

/// <summary>A pipeline ready to run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plugins">In order.</param>
/// <param name="PluginNames">Beside them.</param>
/// <param name="Counters">What it has done; survives a change of the configuration.</param>
internal sealed record PipelineModel(string Name, ImmutableArray<GatewayPlugin> Plugins, ImmutableArray<string> PluginNames, PipelineCounters Counters)
{
    private int _users = 1;

    /// <summary>What says which requests it takes; null: all.</summary>
    public RoutePlugin? Route { get; } = Plugins.OfType<RoutePlugin>().FirstOrDefault();

    /// <summary>Takes a share, so that the plugins live until the request is over; false when they have been disposed.</summary>
    public bool TryUse()
    {
        for (var users = Volatile.Read(ref _users); users > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users) return true;
            users = seen;
        }

        return false;
    }

    /// <summary>Gives a share back; the last one disposes the plugins.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        foreach (var plugin in Plugins) plugin.Dispose();
    }
}
