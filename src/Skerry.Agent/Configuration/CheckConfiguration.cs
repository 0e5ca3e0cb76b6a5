using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

using Skerry.Catalog;

namespace Skerry.Agent.Configuration;

/// <summary>An entry of <c>services[].checks</c>; exactly one of http, tcp, grpc, script, ttl says how it finds out.</summary>
internal sealed record CheckConfiguration
{
    [Description("HTTP: the URL to request. 2xx passes, 429 warns, anything else is critical.")]
    public Uri? Http { get; init; }

    [Description("TCP: HOST:PORT to connect to.")]
    public string? Tcp { get; init; }

    [Description("gRPC health protocol: HOST:PORT, or HOST:PORT/SERVICE.")]
    public string? Grpc { get; init; }

    [Description("Script: the program and its arguments, no shell; needs `catalog.enableScriptChecks`. Exit code 0 passes, 1 warns, anything else is critical.")]
    public ImmutableArray<string> Script { get; init; } = [];

    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00"), Description("TTL: critical when the service did not report for this long.")]
    public TimeSpan? Ttl { get; init; }

    [Description("Unique on this node. Absent: `service:ID`, from the second check on `service:ID:N`.")]
    public string? Id { get; init; }

    [Description("For people. Absent: `Service 'NAME' check`.")]
    public string? Name { get; init; }

    [Description("For people.")]
    public string Notes { get; init; } = "";

    [Description("Status until the first result.")]
    public CheckStatus Status { get; init; } = CheckStatus.Critical;

    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00"), Description("Time between runs; not for TTL.")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00"), Description("A run is cut off after this.")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    [Description("HTTP: the method.")]
    public string Method { get; init; } = "GET";

    [Description("HTTP: request headers, a list of values each.")]
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Headers { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    [Description("HTTP: request body.")]
    public string Body { get; init; } = "";

    [Description("gRPC: over TLS.")]
    public bool UseTls { get; init; }

    [Description("Do not verify the certificate.")]
    public bool TlsSkipVerify { get; init; }

    [Description("Server name for TLS. Absent: the target's host.")]
    public string TlsServerName { get; init; } = "";

    [Range(0, 1000), Description("Successes in a row before passing; 0 counts as 1.")]
    public int SuccessBeforePassing { get; init; }

    [Range(0, 1000), Description("Failures in a row before warning; 0: as many as before critical.")]
    public int FailuresBeforeWarning { get; init; }

    [Range(0, 1000), Description("Failures in a row before critical; 0 counts as 1.")]
    public int FailuresBeforeCritical { get; init; }

    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00"), Description("The service is removed when critical for this long; at least a minute. 0: never.")]
    public TimeSpan DeregisterCriticalServiceAfter { get; init; }

    /// <summary>The keys of <see cref="Http"/>, <see cref="Tcp"/>, <see cref="Grpc"/>, <see cref="Script"/> and <see cref="Ttl"/> that are set.</summary>
    internal IEnumerable<string> Kinds()
    {
        if (Http is not null) yield return "http";
        if (Tcp is not null) yield return "tcp";
        if (Grpc is not null) yield return "grpc";
        if (!Script.IsEmpty) yield return "script";
        if (Ttl is not null) yield return "ttl";
    }

    internal CheckDefinition ToDefinition(ServiceConfiguration service, int index) => new()
    {
        Id = Id ?? "service:" + service.EffectiveId + (index == 0 ? "" : ":" + (index + 1).ToString(CultureInfo.InvariantCulture)),
        Name = Name ?? $"Service '{service.Name}' check",
        Type = Http is not null ? CheckType.Http : Tcp is not null ? CheckType.Tcp : Grpc is not null ? CheckType.Grpc : Ttl is not null ? CheckType.Ttl : CheckType.Script,
        ServiceId = service.EffectiveId,
        Notes = Notes,
        InitialStatus = Status,
        Interval = Interval,
        Timeout = Timeout,
        TimeToLive = Ttl ?? TimeSpan.Zero,
        Target = Http?.ToString() ?? Tcp ?? Grpc ?? "",
        Method = Method,
        Headers = Headers,
        Body = Body,
        UseTls = UseTls,
        TlsSkipVerify = TlsSkipVerify,
        TlsServerName = TlsServerName,
        Arguments = Script,
        SuccessBeforePassing = SuccessBeforePassing,
        FailuresBeforeWarning = FailuresBeforeWarning,
        FailuresBeforeCritical = FailuresBeforeCritical,
        DeregisterCriticalServiceAfter = DeregisterCriticalServiceAfter,
    };
}
