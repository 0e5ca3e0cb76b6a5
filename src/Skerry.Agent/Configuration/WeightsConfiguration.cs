using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>services[].weights</c>.</summary>
internal sealed record WeightsConfiguration
{
    [Range(1, 65535), Description("When all checks pass.")]
    public int Passing { get; init; } = 1;

    [Range(0, 65535), Description("When one warns.")]
    public int Warning { get; init; } = 1;
}
