using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>A check as registered with the node that runs it.</summary>
public sealed record CheckDefinition
{
    /// <summary>Unique on the node.</summary>
    public required string Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>How it finds out.</summary>
    public required CheckType Type { get; init; }

    /// <summary>Instance it belongs to; empty: the whole node.</summary>
    public string ServiceId { get; init; } = "";

    /// <summary>For people.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Status until the first result; critical unless given.</summary>
    public CheckStatus InitialStatus { get; init; } = CheckStatus.Critical;

    /// <summary>Time between runs; at least 1 s by default policy. Not used by TTL.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A run is cut off after this.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>TTL checks: critical when nothing was reported for this long.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>HTTP: absolute URL. TCP: <c>host:port</c>. gRPC: <c>host:port[/service]</c>.</summary>
    public string Target { get; init; } = "";

    /// <summary>HTTP: the method; empty: GET.</summary>
    public string Method { get; init; } = "";

    /// <summary>HTTP: request headers.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Headers { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>HTTP: request body.</summary>
    public string Body { get; init; } = "";

    /// <summary>gRPC: over TLS.</summary>
    public bool UseTls { get; init; }

    /// <summary>Do not verify the certificate.</summary>
    public bool TlsSkipVerify { get; init; }

    /// <summary>Server name for TLS; empty: the target's host.</summary>
    public string TlsServerName { get; init; } = "";

    /// <summary>Script: the program and its arguments; no shell is involved.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Successes in a row before passing; 0 counts as 1.</summary>
    public int SuccessBeforePassing { get; init; }

    /// <summary>Failures in a row before warning; 0: same as <see cref="FailuresBeforeCritical"/>.</summary>
    public int FailuresBeforeWarning { get; init; }

    /// <summary>Failures in a row before critical; 0 counts as 1.</summary>
    public int FailuresBeforeCritical { get; init; }

    /// <summary>The service is removed when critical for this long; zero: never. At least one minute by default policy.</summary>
    public TimeSpan DeregisterCriticalServiceAfter { get; init; }
}
