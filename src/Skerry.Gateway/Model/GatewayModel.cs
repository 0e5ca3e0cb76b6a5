using System.Collections.Immutable;

using Skerry.Gateway.Plugins;

namespace Skerry.Gateway.Model;

/// <summary>All pipelines, ready to run, and the way to them from each listener: immutable, swapped by one write.</summary>
/// <param name="Pipelines">All of them, in the order of the file.</param>
/// <param name="Routes">For each listener.</param>
internal sealed record GatewayModel(ImmutableArray<PipelineModel> Pipelines, ImmutableSortedDictionary<string, RouteTable> Routes)
{
    private int _users = 1;

    public static GatewayModel Empty { get; } = new([], ImmutableSortedDictionary<string, RouteTable>.Empty);

    /// <summary>Makes a model, with the state of the one before where a pipeline has a plugin of the same kind at the same place.</summary>
    public static GatewayModel Build(GatewayOptions options, PluginEnvironment environment, GatewayModel before)
    {
        var pipelines = options.Pipelines.Select(pipeline => Build(pipeline, environment, before.Pipelines.FirstOrDefault(old => old.Name == pipeline.Name))).ToImmutableArray();
        var routes = options.Listeners.ToImmutableSortedDictionary(
            listener => listener.Name,
            listener => new RouteTable(pipelines.Where(pipeline => pipeline.Options.Listeners.IsEmpty || pipeline.Options.Listeners.Contains(listener.Name))),
            StringComparer.Ordinal);
        return new GatewayModel(pipelines, routes);
    }

    /// <summary>Keeps the pipelines alive after another model has taken over; each share is given back by <see cref="Release"/>.</summary>
    public GatewayModel Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Gives a share back; the last retires the pipelines.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        foreach (var pipeline in Pipelines) pipeline.Requests.Retire();
    }

    private static PipelineModel Build(PipelineOptions options, PluginEnvironment environment, PipelineModel? before)
    {
        var plugins = ImmutableArray.CreateBuilder<GatewayPlugin>();
        for (var i = 0; i < options.Plugins.Length; i++)
        {
            var plugin = GatewayPlugins.Create(options.Plugins[i], environment);
            plugin.Prepare(before is not null && i < before.Plugins.Length && before.Plugins[i].GetType() == plugin.GetType() ? before.Plugins[i] : null);
            plugins.Add(plugin);
        }

        ImmutableArray<string> names = [.. options.Plugins.Select(GatewayPlugins.NameOf)];
        var counters = before?.Counters is { } known && known.PluginNames.SequenceEqual(names) ? known : new PipelineCounters(names, environment.Loops.Count);
        return new PipelineModel(options, plugins.ToImmutable(), counters, environment.Loops.Count);
    }
}
