using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using Skerry.Primitives;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>shutdown</c>.</summary>
internal sealed record ShutdownConfiguration
{
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "00:10:00"), Description("Requests in flight through the gateway and the API may finish for this long; then they are cut.")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
