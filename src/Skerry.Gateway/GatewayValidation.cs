using System.Collections.Immutable;

using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Route;
using Skerry.Gateway.Plugins.Upstream;

namespace Skerry.Gateway;

/// <summary>Finds everything in the options that cannot run.</summary>
internal static class GatewayValidation
{
    public static ImmutableArray<GatewayError> Check(GatewayOptions options, PluginEnvironment environment)
    {
        var errors = new List<GatewayError>();
        var listeners = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Listeners.Length; i++)
        {
            var listener = options.Listeners[i];
            if (listener.Name.Length == 0) errors.Add(new GatewayError($"listeners[{i}].name", "must not be empty"));
            if (!listeners.Add(listener.Name)) errors.Add(new GatewayError($"listeners[{i}].name", $"'{listener.Name}' is taken by another listener"));
            if (listener.Address.Port != 0 && options.Listeners.Take(i).Any(other => other.Address.Equals(listener.Address)))
                errors.Add(new GatewayError($"listeners[{i}].address", $"{listener.Address} is taken by another listener"));
        }

        var pipelines = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Pipelines.Length; i++)
        {
            var pipeline = options.Pipelines[i];
            var path = $"pipelines[{i}]";
            if (pipeline.Name.Length == 0) errors.Add(new GatewayError($"{path}.name", "must not be empty"));
            if (!pipelines.Add(pipeline.Name)) errors.Add(new GatewayError($"{path}.name", $"'{pipeline.Name}' is taken by another pipeline"));
            foreach (var name in pipeline.Listeners.Where(name => !listeners.Contains(name)))
                errors.Add(new GatewayError($"{path}.listeners", $"there is no listener '{name}'; allowed: {string.Join(", ", listeners)}"));
            CheckPlugins(pipeline, path, environment, errors);
        }

        return [.. errors];
    }

    private static void CheckPlugins(PipelineOptions pipeline, string path, PluginEnvironment environment, List<GatewayError> errors)
    {
        if (pipeline.Plugins.IsEmpty) errors.Add(new GatewayError($"{path}.plugins", "needs at least one plugin, such as 'upstream'"));
        if (pipeline.Plugins.Count(plugin => plugin is RouteOptions) > 1) errors.Add(new GatewayError($"{path}.plugins", "has more than one 'route'"));
        for (var i = 0; i < pipeline.Plugins.Length; i++)
        {
            var options = pipeline.Plugins[i];
            using var plugin = GatewayPlugins.Create(options, environment);
            errors.AddRange(plugin.Validate($"{path}.plugins[{i}].{GatewayPlugins.NameOf(options)}"));
            if (options is UpstreamOptions && i != pipeline.Plugins.Length - 1) errors.Add(new GatewayError($"{path}.plugins[{i}]", "'upstream' ends a pipeline: nothing may follow it"));
        }
    }
}
