namespace Skerry.Agent.CommandLine;

/// <summary>How a gateway object is named on the command line: <c>NAME</c> for a pipeline, <c>KIND/NAME</c> for any.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct GatewayObjectName(string Kind, string Name)
{
    public const string Description = "A pipeline's name, or KIND/NAME: listener/http, plugin/per-client, pipeline/web.";

    /// <summary>Its path in the API.</summary>
    public string Path => $"v1/skerry/gateway/objects/{Uri.EscapeDataString(Kind)}/{Uri.EscapeDataString(Name)}";

    public static GatewayObjectName Parse(string text) => text.Split('/', 2) is [var kind, var name] ? new(kind, name) : new("pipeline", text);

    public override string ToString() => $"{Kind}/{Name}";
}
