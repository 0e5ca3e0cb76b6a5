using System.Collections.Immutable;
using System.Net;

using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Route;
using Skerry.Gateway.Plugins.Upstream;

namespace Skerry.Gateway;

/// <summary>Finds everything in the options that cannot run.</summary>
internal static class GatewayValidation
{
    public static ImmutableArray<GatewayError> Check(GatewayOptions options)
    {
        var errors = new List<GatewayError>();
        CheckListeners(options.Listeners, errors);
        var listeners = options.Listeners.Select(listener => listener.Name).ToHashSet(StringComparer.Ordinal);
        var pipelines = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Pipelines.Length; i++)
        {
            var pipeline = options.Pipelines[i];
            var path = $"pipelines[{i}]";
            if (pipeline.Name.Length == 0) errors.Add(new GatewayError($"{path}.name", "must not be empty"));
            if (!pipelines.Add(pipeline.Name)) errors.Add(new GatewayError($"{path}.name", $"'{pipeline.Name}' is taken by another pipeline"));
            foreach (var name in pipeline.Listeners.Where(name => !listeners.Contains(name)))
                errors.Add(new GatewayError($"{path}.listeners", $"there is no listener '{name}'; allowed: {string.Join(", ", listeners)}"));
            CheckPlugins(pipeline, path, errors);
        }

        return [.. errors];
    }

    private static void CheckListeners(ImmutableArray<ListenerOptions> listeners, List<GatewayError> errors)
    {
        for (var i = 0; i < listeners.Length; i++)
        {
            var listener = listeners[i];
            var earlier = listeners.Take(i).ToArray();
            if (listener.Name.Length == 0) errors.Add(new GatewayError($"listeners[{i}].name", "must not be empty"));
            if (earlier.Any(other => other.Name == listener.Name)) errors.Add(new GatewayError($"listeners[{i}].name", $"'{listener.Name}' is taken by another listener"));
            if (earlier.FirstOrDefault(other => Overlap(other.Address, listener.Address)) is { } taken)
                errors.Add(new GatewayError($"listeners[{i}].address", $"{listener.Address} is taken by listener '{taken.Name}' at {taken.Address}"));
            if (listener.Tls is { Certificate.Length: 0 } or { Key.Length: 0 }) errors.Add(new GatewayError($"listeners[{i}].tls", "needs the paths of both 'certificate' and 'key'"));
        }
    }

    /// <summary>Port 0 takes any free port, so that it never collides.</summary>
    private static bool Overlap(IPEndPoint left, IPEndPoint right) => left.Port != 0 && left.Equals(right);

    private static void CheckPlugins(PipelineOptions pipeline, string path, List<GatewayError> errors)
    {
        if (pipeline.Plugins.IsEmpty) errors.Add(new GatewayError($"{path}.plugins", "needs at least one plugin, such as 'upstream'"));
        if (pipeline.Plugins.Count(plugin => plugin is RouteOptions) > 1) errors.Add(new GatewayError($"{path}.plugins", "has more than one 'route'"));
        for (var i = 0; i < pipeline.Plugins.Length; i++)
        {
            var options = pipeline.Plugins[i];
            using var plugin = GatewayPlugins.Create(options, PluginEnvironment.None);
            errors.AddRange(plugin.Validate($"{path}.plugins[{i}].{GatewayPlugins.NameOf(options)}"));
            if (options is UpstreamOptions && i != pipeline.Plugins.Length - 1) errors.Add(new GatewayError($"{path}.plugins[{i}]", "'upstream' ends a pipeline: nothing may follow it"));
        }
    }
}
