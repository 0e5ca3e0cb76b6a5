using System.Collections.Immutable;

using Skerry.Agent.Configuration.Schema;
using Skerry.Gateway;

namespace Skerry.Agent.Configuration.Objects;

/// <summary>A kind of gateway object: an entry of one of the lists of the key <c>gateway</c>.</summary>
/// <param name="Name">What an object of it is called: <c>pipeline</c>.</param>
/// <param name="List">The key of its list: <c>pipelines</c>.</param>
/// <param name="Shape">What it looks like.</param>
internal sealed record GatewayKind(string Name, string List, RecordShape Shape)
{
    public static GatewayKind Listener { get; } = Of("listener", "listeners");

    public static GatewayKind Plugin { get; } = Of("plugin", "plugins");

    public static GatewayKind Pipeline { get; } = Of("pipeline", "pipelines");

    /// <summary>All of them, in the order in which one refers to those before it.</summary>
    public static ImmutableArray<GatewayKind> All { get; } = [Listener, Plugin, Pipeline];

    public static GatewayKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    private static GatewayKind Of(string name, string list)
    {
        var gateway = (RecordShape)ConfigurationFile.Schema.Keys.Single(key => key.Property.PropertyType == typeof(GatewayOptions)).Shape;
        return new GatewayKind(name, list, (RecordShape)((IContainerShape)gateway.Keys.Single(key => key.Name == list).Shape).Item);
    }
}
