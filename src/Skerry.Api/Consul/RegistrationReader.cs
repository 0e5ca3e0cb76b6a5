using System.Collections.Immutable;
using System.Globalization;

using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>Reads registrations as Consul's clients write them.</summary>
internal static class RegistrationReader
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    public static (ServiceInstance Service, ImmutableArray<CheckDefinition> Checks) Service(LooseObject body, string node)
    {
        var name = body.Text("Name");
        if (name.Length == 0) throw new ApiException(400, "Missing service name");
        var id = body.Text("ID", name);
        if (id.Length == 0) id = name;
        var weights = body.Object("Weights");
        var service = new ServiceInstance
        {
            Node = node,
            Id = id,
            Name = name,
            Tags = body.Texts("Tags"),
            Address = body.Text("Address"),
            Port = body.Number("Port"),
            Meta = body.Map("Meta"),
            Kind = body.Text("Kind"),
            EnableTagOverride = body.Flag("EnableTagOverride"),
            Exported = body.Flag("Exported"),
            Weights = weights is null ? new ServiceWeights() : new ServiceWeights(weights.Number("Passing", 1), weights.Number("Warning", 1)),
            TaggedAddresses = body.ObjectMap("TaggedAddresses").ToImmutableSortedDictionary(
                entry => entry.Key, entry => new ServiceAddress(entry.Value.Text("Address"), entry.Value.Number("Port")), StringComparer.Ordinal),
        };

        LooseObject[] checks = body.Object("Check") is { } one ? [one, .. body.Objects("Checks")] : [.. body.Objects("Checks")];
        var definitions = checks.Select((check, index) =>
        {
            var fallback = checks.Length == 1 ? $"service:{id}" : string.Create(CultureInfo.InvariantCulture, $"service:{id}:{index + 1}");
            return Check(check, fallback, $"Service '{name}' check", id);
        });
        return (service, [.. definitions]);
    }

    public static CheckDefinition Check(LooseObject body, string fallbackId, string fallbackName, string serviceId)
    {
        var id = body.Text("CheckID", body.Text("ID"));
        var name = body.Text("Name");
        if (id.Length == 0) id = fallbackId.Length > 0 ? fallbackId : name;
        if (id.Length == 0) throw new ApiException(400, "Missing check name");
        var (type, target) = Type(body);
        return new CheckDefinition
        {
            Id = id,
            Name = name.Length > 0 ? name : fallbackName.Length > 0 ? fallbackName : id,
            Type = type,
            Target = target,
            ServiceId = serviceId,
            Notes = body.Text("Notes"),
            InitialStatus = InitialStatus(body),
            Interval = Interval(body, type),
            Timeout = body.Duration("Timeout", DefaultTimeout),
            TimeToLive = body.Duration("TTL", TimeSpan.Zero),
            Method = body.Text("Method"),
            Headers = body.MultiMap("Header"),
            Body = body.Text("Body"),
            UseTls = body.Flag("GRPCUseTLS"),
            TlsSkipVerify = body.Flag("TLSSkipVerify"),
            TlsServerName = body.Text("TLSServerName"),
            Arguments = Arguments(body),
            SuccessBeforePassing = body.Number("SuccessBeforePassing"),
            FailuresBeforeWarning = body.Number("FailuresBeforeWarning"),
            FailuresBeforeCritical = body.Number("FailuresBeforeCritical"),
            DeregisterCriticalServiceAfter = body.Duration("DeregisterCriticalServiceAfter", TimeSpan.Zero),
        };
    }

    /// <summary>Reads a status by Consul's word for it.</summary>
    public static bool TryStatus(string text, out CheckStatus status)
    {
        (status, var isKnown) = text switch
        {
            "passing" => (CheckStatus.Passing, true),
            "warning" => (CheckStatus.Warning, true),
            "critical" => (CheckStatus.Critical, true),
            _ => (CheckStatus.Critical, false),
        };
        return isKnown;
    }

    private static CheckStatus InitialStatus(LooseObject body)
    {
        var text = body.Text("Status");
        if (text.Length == 0) return CheckStatus.Critical;
        return TryStatus(text, out var status) ? status : throw new ApiException(400, "Bad check status: Status must be one of 'passing', 'warning', 'critical'");
    }

    private static TimeSpan Interval(LooseObject body, CheckType type)
    {
        var interval = body.Duration("Interval", TimeSpan.Zero);
        if (interval > TimeSpan.Zero) return interval;
        return type == CheckType.Ttl ? DefaultTimeout : throw new ApiException(400, "Invalid check: Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks");
    }

    private static (CheckType Type, string Target) Type(LooseObject body)
    {
        var found = new List<(CheckType, string)>();
        if (body.Text("HTTP") is { Length: > 0 } http) found.Add((CheckType.Http, http));
        if (body.Text("TCP") is { Length: > 0 } tcp) found.Add((CheckType.Tcp, tcp));
        if (body.Text("GRPC") is { Length: > 0 } grpc) found.Add((CheckType.Grpc, grpc));
        if (!Arguments(body).IsEmpty) found.Add((CheckType.Script, ""));
        if (body.Has("TTL") && body.Duration("TTL", TimeSpan.Zero) > TimeSpan.Zero) found.Add((CheckType.Ttl, ""));
        foreach (var name in (string[])["UDP", "H2PING", "DockerContainerID", "AliasNode", "AliasService", "OSService"])
        {
            if (body.Text(name).Length > 0) throw new ApiException(400, $"Invalid check: {name}: checks of this kind are not supported; use HTTP, TCP, GRPC, TTL or ScriptArgs");
        }

        // Consul's words: its clients show them.
        if (body.Duration("Interval", TimeSpan.Zero) > TimeSpan.Zero && found.Exists(kind => kind.Item1 == CheckType.Ttl))
            throw new ApiException(400, "Invalid check: Interval and TTL cannot both be specified");
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ApiException(400, "Invalid check: TTL must be > 0 for TTL checks, or one of HTTP, TCP, GRPC, ScriptArgs must be given with an Interval"),
            _ => throw new ApiException(400, "Invalid check: only one of HTTP, TCP, GRPC, TTL, ScriptArgs can be given"),
        };
    }

    private static ImmutableArray<string> Arguments(LooseObject body) => body.Has("ScriptArgs") ? body.Texts("ScriptArgs") : body.Texts("Args");
}
