using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Schema;
using Skerry.Catalog;

namespace Skerry.Agent.CommandLine.Documents;

/// <summary>The body of <c>/v1/agent/service/register</c>.</summary>
internal sealed record RegistrationDocument
{
    public required string ID { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public string? Address { get; init; }

    public int Port { get; init; }

    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    public RegisteredWeights? Weights { get; init; }

    /// <summary>Skerry's own: Consul has no such field.</summary>
    public bool? Exported { get; init; }

    public IReadOnlyList<RegisteredCheck>? Checks { get; init; }

    public static RegistrationDocument Of(ServiceConfiguration service) => new()
    {
        ID = service.EffectiveId,
        Name = service.Name,
        Tags = service.Tags,
        Address = service.Address.Length > 0 ? service.Address : null,
        Port = service.Port,
        Meta = service.Meta,
        Weights = new RegisteredWeights(service.Weights.Passing, service.Weights.Warning),
        Exported = service.Exported ? true : null,
        Checks = [.. service.ToChecks().Select(RegisteredCheck.Of)],
    };

    /// <summary>Shares of traffic.</summary>
    internal sealed record RegisteredWeights(int Passing, int Warning);

    /// <summary>One check; durations are written as Go writes them, which <see cref="DurationText"/> does too.</summary>
    internal sealed record RegisteredCheck
    {
        public required string CheckID { get; init; }

        public required string Name { get; init; }

        public string? Notes { get; init; }

        public string? Status { get; init; }

        public string? HTTP { get; init; }

        public string? TCP { get; init; }

        public string? GRPC { get; init; }

        public IReadOnlyList<string>? Args { get; init; }

        public string? TTL { get; init; }

        public string? Interval { get; init; }

        public string? Timeout { get; init; }

        public string? Method { get; init; }

        public IReadOnlyDictionary<string, System.Collections.Immutable.ImmutableArray<string>>? Header { get; init; }

        public string? Body { get; init; }

        public bool GRPCUseTLS { get; init; }

        public bool TLSSkipVerify { get; init; }

        public string? TLSServerName { get; init; }

        public int SuccessBeforePassing { get; init; }

        public int FailuresBeforeWarning { get; init; }

        public int FailuresBeforeCritical { get; init; }

        public string? DeregisterCriticalServiceAfter { get; init; }

        public static RegisteredCheck Of(CheckDefinition check) => new()
        {
            CheckID = check.Id,
            Name = check.Name,
            Notes = Given(check.Notes),
            Status = check.InitialStatus == CheckStatus.Critical ? null : check.InitialStatus == CheckStatus.Passing ? "passing" : "warning",
            HTTP = check.Type == CheckType.Http ? check.Target : null,
            TCP = check.Type == CheckType.Tcp ? check.Target : null,
            GRPC = check.Type == CheckType.Grpc ? check.Target : null,
            Args = check.Type == CheckType.Script ? check.Arguments : null,
            TTL = check.Type == CheckType.Ttl ? DurationText.Format(check.TimeToLive) : null,
            Interval = check.Type == CheckType.Ttl ? null : DurationText.Format(check.Interval),
            Timeout = check.Type == CheckType.Ttl ? null : DurationText.Format(check.Timeout),
            Method = check.Type == CheckType.Http ? Given(check.Method) : null,
            Header = check.Headers.IsEmpty ? null : check.Headers,
            Body = Given(check.Body),
            GRPCUseTLS = check.UseTls,
            TLSSkipVerify = check.TlsSkipVerify,
            TLSServerName = Given(check.TlsServerName),
            SuccessBeforePassing = check.SuccessBeforePassing,
            FailuresBeforeWarning = check.FailuresBeforeWarning,
            FailuresBeforeCritical = check.FailuresBeforeCritical,
            DeregisterCriticalServiceAfter = check.DeregisterCriticalServiceAfter > TimeSpan.Zero ? DurationText.Format(check.DeregisterCriticalServiceAfter) : null,
        };

        private static string? Given(string text) => text.Length > 0 ? text : null;
    }
}
