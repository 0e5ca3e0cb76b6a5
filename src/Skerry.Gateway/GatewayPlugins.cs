using System.Collections.Immutable;

using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Headers;
using Skerry.Gateway.Plugins.RateLimit;
using Skerry.Gateway.Plugins.Route;
using Skerry.Gateway.Plugins.Upstream;
using Skerry.Gateway.Plugins.Use;

namespace Skerry.Gateway;

/// <summary>Every plugin there is, by the name it has in the configuration.</summary>
public static class GatewayPlugins
{
    private static readonly ImmutableSortedDictionary<string, PluginType> Types = new PluginType[]
    {
        new("headers", typeof(HeadersOptions), (options, _) => new HeadersPlugin((HeadersOptions)options)),
        new("rate-limit", typeof(RateLimitOptions), (options, environment) => new RateLimitPlugin((RateLimitOptions)options, environment.Time)),
        new("route", typeof(RouteOptions), (options, _) => new RoutePlugin((RouteOptions)options)),
        new("use", typeof(UseOptions), (_, _) => throw new InvalidOperationException("what is used takes this place before a pipeline is built")),
        new("upstream", typeof(UpstreamOptions), (options, environment) => new UpstreamPlugin((UpstreamOptions)options, environment)),
    }.ToImmutableSortedDictionary(type => type.Name, type => type, StringComparer.Ordinal);

    /// <summary>Options type by plugin name, in ordinal order; what configuration is read into.</summary>
    public static ImmutableSortedDictionary<string, Type> OptionTypes { get; } =
        Types.ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value.Options, StringComparer.Ordinal);

    /// <summary>The name a plugin's options go by.</summary>
    public static string NameOf(PluginOptions options) => Types.Values.First(type => type.Options == options.GetType()).Name;

    internal static GatewayPlugin Create(PluginOptions options, PluginEnvironment environment) =>
        Types.Values.First(type => type.Options == options.GetType()).Create(options, environment);

    private sealed record PluginType(string Name, Type Options, Func<PluginOptions, PluginEnvironment, GatewayPlugin> Create);
}
