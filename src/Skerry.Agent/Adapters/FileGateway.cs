using System.Collections.Immutable;

using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Objects;
using Skerry.Gateway;

namespace Skerry.Agent.Adapters;

/// <summary>What a configuration file says of the gateway, as options and as objects.</summary>
/// <param name="Source">The file.</param>
/// <param name="Options">What it says.</param>
/// <param name="Objects">The same in pieces.</param>
internal sealed record FileGateway(string Source, GatewayOptions Options, ImmutableArray<GatewayObject> Objects)
{
    public static FileGateway None { get; } = new("", new GatewayOptions(), []);

    /// <summary>The objects in one text, to notice a change.</summary>
    public string Documents => string.Concat(Objects.Select(item => $"{item.Id}\n{item.Document}"));

    /// <summary>Of a file that has passed every check.</summary>
    public static FileGateway Of(string? path, LoadedConfiguration configuration)
    {
        var source = path ?? "the command line";
        return new FileGateway(source, configuration.Model.Gateway, GatewayObjectFile.ReadSection(source, configuration.Text));
    }

    public bool Says(string documents) => Documents == documents;
}
