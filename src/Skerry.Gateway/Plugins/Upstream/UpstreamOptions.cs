using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using Skerry.Primitives;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Forwards to an instance of a service, or to fixed addresses. Ends a pipeline.</summary>
public sealed record UpstreamOptions : PluginOptions
{
    /// <summary>Service whose healthy instances take the requests; from this node's view of the catalog, as it changes.</summary>
    [Reloadable, Description("Service whose healthy instances take the requests. Either this or `addresses`.")]
    public string Service { get; init; } = "";

    /// <summary>The group whose instances take the requests; empty: the own group's, and while it has none the nearest other group's.</summary>
    [Reloadable, Description("Group whose exported instances of the service take the requests. Empty: the own group's, and while none of those is healthy the nearest other group's.")]
    public string Group { get; init; } = "";

    /// <summary>Only instances with this tag; empty: all.</summary>
    [Reloadable, Description("Only instances of the service with this tag; other groups' are not asked then. Empty: all.")]
    public string Tag { get; init; } = "";

    /// <summary>Fixed addresses, <c>HOST:PORT</c>.</summary>
    [Reloadable, Description("Fixed addresses, `HOST:PORT`. Either this or `service`.")]
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>How an instance is chosen.</summary>
    [Reloadable, Description("How an instance is chosen.")]
    public LoadBalancing LoadBalancing { get; init; } = LoadBalancing.RoundRobin;

    /// <summary>What the instances speak.</summary>
    [Reloadable, Description("What the instances speak: `http1`, or `http2` in clear with prior knowledge (gRPC always goes as `http2`).")]
    public UpstreamProtocol Protocol { get; init; } = UpstreamProtocol.Http1;

    /// <summary>A connection must open within this; else the next instance is tried.</summary>
    [Reloadable, Description("A connection must open within this.")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From the request being sent to the first byte of the answer; else 504.</summary>
    [Reloadable, Description("The answer must begin within this after the request was sent.")]
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest silence within a body, either way; zero: no limit.</summary>
    [Reloadable, Description("The longest silence within a body, either way.")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The whole exchange; zero: no limit.</summary>
    [Reloadable, Description("The whole exchange. `0s`: no limit.")]
    public TimeSpan Timeout { get; init; } = TimeSpan.Zero;

    /// <summary>Other instances tried after a failure, for requests that are safe to repeat.</summary>
    [Reloadable, Range(0, 10), Description("Other instances tried after a failure, for requests that are safe to repeat.")]
    public int Retries { get; init; } = 2;

    /// <summary>Retries in all, as a share of the requests; ten at once are always allowed.</summary>
    [Reloadable, Range(0.0, 1.0), Description("Retries in all as a share of the requests; ten at once are always allowed.")]
    public double RetryBudget { get; init; } = 0.2;

    /// <summary>Failures in a row after which an instance is left out for a while.</summary>
    [Reloadable, Range(1, 1000), Description("Failures in a row after which an instance is left out for a while.")]
    public int EjectAfter { get; init; } = 5;

    /// <summary>How long, the first time; each further time adds as much, up to ten times.</summary>
    [Reloadable, Description("How long it is left out, the first time; each further time adds as much, up to ten times.")]
    public TimeSpan EjectFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest share of the instances that may be left out at once; one always may.</summary>
    [Reloadable, Range(0.0, 1.0), Description("The largest share of the instances that is left out at once; beyond it failing ones still get requests.")]
    public double MaxEjected { get; init; } = 0.5;

    /// <summary>Idle connections kept to each instance.</summary>
    [Reloadable, Range(0, 10_000), Description("Idle connections kept to each instance.")]
    public int MaxIdleConnections { get; init; } = 256;

    /// <summary>Forwards the client's Host header; else the instance's address.</summary>
    [Reloadable, Description("Whether the client's Host header is forwarded; else it is the instance's address.")]
    public bool PreserveHost { get; init; } = true;
}
