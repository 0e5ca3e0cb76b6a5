using System.Collections.Frozen;
using System.Collections.Immutable;

using Skerry.Gateway.Plugins.Route;

namespace Skerry.Gateway.Model;

/// <summary>
/// Which pipeline takes a request of one listener. The host decides first: named exactly, then the longest wildcard, then any; then an exact path before prefixes and
/// a longer prefix before a shorter; then more conditions (methods, headers) before fewer; then the order of the file.
/// <code>
///   hosts: [a.example.com]  path: /        before   hosts: ['*.example.com']  path: /x
///   path: /x, exact                        before   path: /x/y
///   path: /x, methods: [GET]               before   path: /x
/// </code>
/// </summary>
internal sealed class RouteTable
{
    private readonly FrozenDictionary<string, PipelineModel[]> _exact;
    private readonly FrozenDictionary<string, PipelineModel[]>.AlternateLookup<ReadOnlySpan<char>> _exactByName;
    private readonly (string Suffix, PipelineModel[] Pipelines)[] _wildcards;
    private readonly PipelineModel[] _any;

    public RouteTable(IEnumerable<PipelineModel> pipelines)
    {
        var ranked = pipelines.OrderByDescending(pipeline => pipeline.Route?.Rank ?? default).ToArray(); // stable: among equals the order of the file
        _exact = Group(ranked, route => route.ExactHosts).ToFrozenDictionary(entry => entry.Key, entry => entry.Value, StringComparer.OrdinalIgnoreCase);
        _exactByName = _exact.GetAlternateLookup<ReadOnlySpan<char>>();
        _wildcards = [.. Group(ranked, route => route.HostSuffixes).OrderByDescending(entry => entry.Key.Length).Select(entry => (entry.Key, entry.Value))];
        _any = [.. ranked.Where(pipeline => pipeline.Route is null or { TakesAnyHost: true })];
    }

    /// <summary>The pipeline that takes a request, entered; null when none does. Leave it when the request is over.</summary>
    public PipelineModel? Enter(GatewayContext context)
    {
        if (_exact.Count > 0 || _wildcards.Length > 0)
        {
            var host = context.HostName;
            if (_exactByName.TryGetValue(host, out var named) && First(named, context) is { } exact) return exact;
            foreach (var (suffix, pipelines) in _wildcards)
            {
                if (host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && First(pipelines, context) is { } wild) return wild;
            }
        }

        return First(_any, context);
    }

    private static PipelineModel? First(PipelineModel[] candidates, GatewayContext context)
    {
        foreach (var pipeline in candidates)
        {
            if (pipeline.Route?.Matches(context) != false && pipeline.Requests.TryEnter()) return pipeline;
        }

        return null;
    }

    private static IEnumerable<KeyValuePair<string, PipelineModel[]>> Group(PipelineModel[] ranked, Func<RoutePlugin, ImmutableArray<string>> hosts) =>
        from pipeline in ranked
        where pipeline.Route is not null
        from host in hosts(pipeline.Route!)
        group pipeline by host.ToUpperInvariant() into byHost
        select KeyValuePair.Create(byHost.Key, byHost.Distinct().ToArray());
}
