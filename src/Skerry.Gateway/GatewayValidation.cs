using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;

using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Route;
using Skerry.Gateway.Plugins.Upstream;
using Skerry.Gateway.Plugins.Use;

namespace Skerry.Gateway;

/// <summary>Finds everything in the options that cannot run.</summary>
internal static partial class GatewayValidation
{
    public static ImmutableArray<GatewayError> Check(GatewayOptions options)
    {
        var errors = new List<GatewayError>();
        CheckListeners(options.Listeners, errors);
        CheckShared(options, errors);
        var listeners = options.Listeners.Select(listener => listener.Name).ToHashSet(StringComparer.Ordinal);
        var pipelines = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Pipelines.Length; i++)
        {
            var pipeline = options.Pipelines[i];
            var path = $"pipelines[{i}]";
            CheckName(pipeline.Name, path, errors);
            if (!pipelines.Add(pipeline.Name)) errors.Add(new GatewayError($"{path}.name", $"'{pipeline.Name}' is taken by another pipeline"));
            foreach (var name in pipeline.Listeners.Where(name => !listeners.Contains(name)))
                errors.Add(new GatewayError($"{path}.listeners", $"there is no listener '{name}'; allowed: {string.Join(", ", listeners)}"));
            CheckPlugins(options, pipeline, path, errors);
        }

        return [.. errors];
    }

    private static void CheckListeners(ImmutableArray<ListenerOptions> listeners, List<GatewayError> errors)
    {
        for (var i = 0; i < listeners.Length; i++)
        {
            var listener = listeners[i];
            var earlier = listeners.Take(i).ToArray();
            CheckName(listener.Name, $"listeners[{i}]", errors);
            if (earlier.Any(other => other.Name == listener.Name)) errors.Add(new GatewayError($"listeners[{i}].name", $"'{listener.Name}' is taken by another listener"));
            if (earlier.FirstOrDefault(other => Overlap(other.Address, listener.Address)) is { } taken)
                errors.Add(new GatewayError($"listeners[{i}].address", $"{listener.Address} is taken by listener '{taken.Name}' at {taken.Address}"));
            if (listener.Tls is { Certificate.Length: 0 } or { Key.Length: 0 }) errors.Add(new GatewayError($"listeners[{i}].tls", "needs the paths of both 'certificate' and 'key'"));
        }
    }

    /// <summary>Port 0 takes any free port, so that it never collides.</summary>
    private static bool Overlap(IPEndPoint left, IPEndPoint right) => left.Port != 0 && left.Equals(right);

    private static void CheckName(string name, string path, List<GatewayError> errors)
    {
        if (!NamePattern().IsMatch(name)) errors.Add(new GatewayError($"{path}.name", $"'{name}' is not a name; allowed: 1 to 128 letters, digits, '.', '_' and '-', the first no '.'"));
    }

    private static void CheckShared(GatewayOptions options, List<GatewayError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Plugins.Length; i++)
        {
            var (shared, path) = (options.Plugins[i], $"plugins[{i}]");
            CheckName(shared.Name, path, errors);
            if (!names.Add(shared.Name)) errors.Add(new GatewayError($"{path}.name", $"'{shared.Name}' is taken by another plugin"));
            if (shared.Plugin is UseOptions) errors.Add(new GatewayError($"{path}.plugin.use", "cannot stand for another 'use'"));
            else CheckPlugin(shared.Plugin, $"{path}.plugin", errors);
        }
    }

    private static void CheckPlugins(GatewayOptions options, PipelineOptions pipeline, string path, List<GatewayError> errors)
    {
        if (pipeline.Plugins.IsEmpty) errors.Add(new GatewayError($"{path}.plugins", "needs at least one plugin, such as 'upstream'"));
        var resolved = pipeline.Plugins.Select(plugin => plugin is UseOptions use ? options.Shared(use)?.Plugin : plugin).ToArray();
        if (resolved.Count(plugin => plugin is RouteOptions) > 1) errors.Add(new GatewayError($"{path}.plugins", "has more than one 'route'"));
        for (var i = 0; i < resolved.Length; i++)
        {
            var (written, plugin) = (pipeline.Plugins[i], resolved[i]);
            if (written is not UseOptions use) CheckPlugin(written, $"{path}.plugins[{i}]", errors);
            else if (plugin is null)
                errors.Add(new GatewayError($"{path}.plugins[{i}].use.plugin", $"there is no plugin '{use.Plugin}'; allowed: {string.Join(", ", options.Plugins.Select(shared => shared.Name))}"));
            if (plugin is UpstreamOptions && i != resolved.Length - 1) errors.Add(new GatewayError($"{path}.plugins[{i}]", "'upstream' ends a pipeline: nothing may follow it"));
        }
    }

    private static void CheckPlugin(PluginOptions options, string path, List<GatewayError> errors)
    {
        using var plugin = GatewayPlugins.Create(options, PluginEnvironment.None);
        errors.AddRange(plugin.Validate($"{path}.{GatewayPlugins.NameOf(options)}"));
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex NamePattern();
}
