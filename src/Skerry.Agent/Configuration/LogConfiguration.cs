using System.ComponentModel;

using Skerry.Agent.Logging;
using Skerry.Primitives;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>log</c>.</summary>
internal sealed record LogConfiguration
{
    [Reloadable, Description("The least important level that is written.")]
    public LogThreshold Level { get; init; } = LogThreshold.Info;

    [Reloadable, Description("Lines for people, or a JSON object a line for programs.")]
    public LogFormat Format { get; init; } = LogFormat.Text;
}
