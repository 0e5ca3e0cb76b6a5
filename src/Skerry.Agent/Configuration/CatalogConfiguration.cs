using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>catalog</c>.</summary>
internal sealed record CatalogConfiguration
{
    [Description("Whether script checks may be registered. Whoever reaches the HTTP API can then run programs as the agent's user.")]
    public bool EnableScriptChecks { get; init; }

    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00"), Description("The shortest interval a check may ask for.")]
    public TimeSpan MinimumCheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00"), Description("Another group none of whose bridges was connected for this long counts as unreachable.")]
    public TimeSpan GroupUnreachableAfter { get; init; } = TimeSpan.FromSeconds(3);

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00"), Description("Output of a check that changes while its status does not is told to the group after about this long: half to one and a half times.")]
    public TimeSpan CheckUpdateInterval { get; init; } = TimeSpan.FromMinutes(5);
}
