using System.Collections.Immutable;

namespace Skerry.Gateway.Model;

/// <summary>What a pipeline and its plugins have done; survives a change of the configuration for as long as the plugins are the same.</summary>
/// <param name="plugins">The plugins' names, in order.</param>
/// <param name="loops">How many event loops there are.</param>
internal sealed class PipelineCounters(ImmutableArray<string> plugins, int loops)
{
    public ImmutableArray<string> PluginNames => plugins;

    /// <summary>The pipeline as a whole: from the head of a request to the end of its answer.</summary>
    public Tally Whole { get; } = new(loops);

    /// <summary>Each plugin's own step, in order; errors are those it answered with.</summary>
    public ImmutableArray<Tally> Plugins { get; } = [.. plugins.Select(_ => new Tally(loops))];
}
