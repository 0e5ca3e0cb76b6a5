using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using Skerry.Primitives;

namespace Skerry.Gateway.Plugins.RateLimit;

/// <summary>Lets requests through at a rate, by token buckets; the rest gets 429 with Retry-After.</summary>
public sealed record RateLimitOptions : PluginOptions
{
    /// <summary>Requests a second that each key may make in the long run.</summary>
    [Reloadable, Range(0.001, 10_000_000), Description("Requests a second that each key may make in the long run.")]
    public double Rate { get; init; } = 100;

    /// <summary>Requests that a key may make at once.</summary>
    [Reloadable, Range(1, 10_000_000), Description("Requests that a key may make at once.")]
    public int Burst { get; init; } = 100;

    /// <summary>What has a bucket of its own: <c>client-ip</c>, <c>all</c>, or <c>header:NAME</c>.</summary>
    [Reloadable, Description("What has a bucket of its own: `client-ip`, `all`, or `header:NAME`.")]
    public string Key { get; init; } = "client-ip";

    /// <summary>Keys remembered; beyond, those idle longest are forgotten.</summary>
    [Reloadable, Range(1, 1_000_000), Description("Keys remembered; beyond it the idlest are forgotten.")]
    public int MaxKeys { get; init; } = 10_000;
}
