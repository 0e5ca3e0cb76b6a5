using System.Collections.Immutable;

using Skerry.Gateway.Plugins;

namespace Skerry.Gateway.Model;

/// <summary>All pipelines, ready to run, by listener: immutable, swapped by one write.</summary>
/// <param name="Pipelines">All of them.</param>
/// <param name="ByListener">Those of each listener, the one that says most about its requests first.</param>
internal sealed record GatewayModel(ImmutableArray<PipelineModel> Pipelines, ImmutableSortedDictionary<string, ImmutableArray<PipelineModel>> ByListener)
{
    public static GatewayModel Empty { get; } = new([], ImmutableSortedDictionary<string, ImmutableArray<PipelineModel>>.Empty);

    public static GatewayModel Build(GatewayOptions options, PluginEnvironment environment, Func<string, ImmutableArray<string>, PipelineCounters> counters)
    {
        var pipelines = options.Pipelines.Select(pipeline =>
        {
            ImmutableArray<string> names = [.. pipeline.Plugins.Select(GatewayPlugins.NameOf)];
            return new PipelineModel(pipeline.Name, [.. pipeline.Plugins.Select(plugin => GatewayPlugins.Create(plugin, environment))], names, counters(pipeline.Name, names));
        }).ToImmutableArray();
        var byListener = options.Listeners.ToImmutableSortedDictionary(
            listener => listener.Name,
            listener => pipelines.Zip(options.Pipelines)
                .Where(pair => pair.Second.Listeners.IsEmpty || pair.Second.Listeners.Contains(listener.Name))
                .Select(pair => pair.First)
                .OrderByDescending(pipeline => pipeline.Route?.Rank ?? default) // stable: among equals, the order of the file
                .ToImmutableArray(),
            StringComparer.Ordinal);
        return new GatewayModel(pipelines, byListener);
    }

    /// <summary>The pipeline that takes a request of a listener, with a share of it taken; null when none does.</summary>
    public PipelineModel? Find(string listener, GatewayContext context)
    {
        foreach (var pipeline in ByListener.GetValueOrDefault(listener, []))
        {
            if (pipeline.Route?.Matches(context) != false && pipeline.TryUse()) return pipeline;
        }

        return null;
    }

    public void Release()
    {
        foreach (var pipeline in Pipelines) pipeline.Release();
    }
}
