using System.Net;
using System.Text;

using Skerry.Catalog.Checks;
using Skerry.Catalog.Records;
using Skerry.Catalog.Sites;
using Skerry.Catalog.View;
using Skerry.Replication;

namespace Skerry.Catalog.Local;

/// <summary>What a registration may say. Every refusal names the field as the API calls it, what was wrong and what is allowed.</summary>
internal static class RegistrationRules
{
    private const int MaxName = 128;
    private const int MaxId = 256;
    private const int MaxText = 4096;
    private const int MaxTags = 256;
    private const int MaxMeta = 64;

    /// <summary>What a check's record leaves for its output, at the least: else the group would not hear why it fails.</summary>
    private const int MaxCheckRecord = Record.MaxPayload - CheckResult.MaxOutput;

    private static readonly TimeSpan MaxInterval = TimeSpan.FromDays(30);
    private static readonly TimeSpan MinDeregister = TimeSpan.FromMinutes(1);

    /// <summary>The service as it is kept.</summary>
    public static ServiceInstance Service(ServiceInstance service)
    {
        if (service.Tags.IsDefault) service = service with { Tags = [] };
        ServiceName(service.Name);
        Id("ID", service.Id);
        Port("Port", service.Port);
        if (service.Address.Length > 0) Host("Address", service.Address);
        if (service.Address is "0.0.0.0" or "::") throw new CatalogException("Address", "Invalid service address: 0.0.0.0 and :: name no host");
        if (service.Tags.Length > MaxTags) throw new CatalogException("Tags", $"Too many tags: at most {MaxTags}");
        foreach (var tag in service.Tags) Text("Tags", tag, MaxId);
        Meta(service.Meta);
        foreach (var (key, address) in service.TaggedAddresses)
        {
            Text("TaggedAddresses", key, MaxName);
            Host("TaggedAddresses", address?.Address ?? "");
            Port("TaggedAddresses", address!.Port);
        }

        Text("Kind", service.Kind, MaxName);
        if (service.Weights.Passing < 1) throw new CatalogException("Weights", "Passing must be greater than 0");
        if (service.Weights.Warning < 0) throw new CatalogException("Weights", "Warning must be greater or equal than 0");
        if (service.Weights is { Passing: > 65535 } or { Warning: > 65535 }) throw new CatalogException("Weights", "Weights are at most 65535");
        var size = RecordPayload.Of(service).Length;
        if (service.Exported && size > SitePayload.MaxInstance)
            throw new CatalogException("Exported", $"The service is too large to be exported: {size} bytes, at most {SitePayload.MaxInstance}");
        return size <= Record.MaxPayload ? service : throw new CatalogException("Service", $"The service is too large: {size} bytes, at most {Record.MaxPayload}");
    }

    /// <summary>The check as it is kept: intervals too short are raised to what is allowed, as Consul does.</summary>
    public static CheckDefinition Check(CheckDefinition check, CatalogOptions options)
    {
        if (check.Arguments.IsDefault) check = check with { Arguments = [] };
        if (check.Type is CheckType.Maintenance or CheckType.Membership or CheckType.Unknown || !Enum.IsDefined(check.Type))
            throw new CatalogException("Type", "A check is of one of these: TTL, HTTP, TCP, GRPC, ScriptArgs");
        if (!Enum.IsDefined(check.InitialStatus)) throw new CatalogException("Status", "Status must be one of passing, warning, critical");
        Id("CheckID", check.Id);
        if (check.Id == NodeView.HealthCheckId) throw new CatalogException("CheckID", $"CheckID \"{check.Id}\" is the agent's own");
        if (check.Name.Length == 0) throw new CatalogException("Name", "Missing check name");
        Text("Name", check.Name, MaxId);
        Text("Notes", check.Notes, MaxText);
        check = Times(check, options);
        Target(check, options);
        Thresholds(check);
        var record = new CheckState { Node = options.NodeName, Definition = check, Status = CheckStatus.Critical };
        var size = RecordPayload.Of(record).Length;
        return size <= MaxCheckRecord ? check : throw new CatalogException("Check", $"The check is too large: {size} bytes, at most {MaxCheckRecord}");
    }

    /// <summary>Two checks of one registration have ids of their own.</summary>
    public static void Distinct(IEnumerable<CheckDefinition> checks)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var check in checks)
        {
            if (!seen.Add(check.Id)) throw new CatalogException("CheckID", $"CheckID \"{check.Id}\" is there twice");
        }
    }

    /// <summary>Why something is in maintenance.</summary>
    public static string Reason(string reason)
    {
        Text("reason", reason, MaxText);
        return reason;
    }

    /// <summary>What a node may say of its gateway.</summary>
    public static void Gateway(GatewayFacts facts)
    {
        if (!facts.IsSound) throw new CatalogException("Gateway", $"At most {GatewayFacts.MaxFaults} faults of {GatewayFacts.MaxText} bytes");
    }

    /// <summary>What a node may say of its tunnel.</summary>
    public static void Tunnel(TunnelFacts facts)
    {
        if (facts.Addresses.IsDefault || facts.Addresses.Length > TunnelFacts.MaxAddresses) throw new CatalogException("Tunnel", $"At most {TunnelFacts.MaxAddresses} addresses");
        foreach (var address in facts.Addresses) Text("Tunnel", address, TunnelFacts.MaxText);
        Text("Tunnel", facts.Zone, TunnelFacts.MaxText);
        if (facts.Load is < 0 or > 100) throw new CatalogException("Tunnel", $"The load is {facts.Load} percent: 0 to 100 can be");
        if (facts.Size > TunnelFacts.MaxSize) throw new CatalogException("Tunnel", $"The addresses are too long: {facts.Size} bytes in all, at most {TunnelFacts.MaxSize}");
    }

    private static CheckDefinition Times(CheckDefinition check, CatalogOptions options)
    {
        if (check.Type == CheckType.Ttl)
        {
            if (check.TimeToLive <= TimeSpan.Zero || check.TimeToLive > MaxInterval) throw new CatalogException("TTL", "TTL must be greater than 0 and at most 30 days");
        }
        else
        {
            if (check.Interval <= TimeSpan.Zero || check.Interval > MaxInterval) throw new CatalogException("Interval", "Interval must be greater than 0 and at most 30 days");
            if (check.Timeout <= TimeSpan.Zero || check.Timeout > MaxInterval) throw new CatalogException("Timeout", "Timeout must be greater than 0 and at most 30 days");
            if (check.Interval < options.MinimumCheckInterval) check = check with { Interval = options.MinimumCheckInterval };
        }

        var after = check.DeregisterCriticalServiceAfter;
        if (after < TimeSpan.Zero) throw new CatalogException("DeregisterCriticalServiceAfter", "DeregisterCriticalServiceAfter must not be negative");
        return after > TimeSpan.Zero && after < MinDeregister ? check with { DeregisterCriticalServiceAfter = MinDeregister } : check;
    }

    private static void Target(CheckDefinition check, CatalogOptions options)
    {
        switch (check.Type)
        {
            case CheckType.Http:
                Http(check);
                break;
            case CheckType.Tcp:
                if (!CheckTarget.TryParse(check.Target, out var tcp) || tcp.Service.Length > 0)
                    throw new CatalogException("TCP", $"Invalid TCP address \"{check.Target}\": must be HOST:PORT");
                break;
            case CheckType.Grpc:
                if (!CheckTarget.TryParse(check.Target, out var grpc)) throw new CatalogException("GRPC", $"Invalid GRPC address \"{check.Target}\": must be HOST:PORT or HOST:PORT/SERVICE");
                Text("GRPC", grpc.Service, GrpcProbe.MaxService);
                break;
            case CheckType.Script:
                if (!options.EnableScriptChecks) throw new CatalogException("ScriptArgs", "Scripts are disabled on this agent; to enable, configure 'catalog.enableScriptChecks' to true");
                if (check.Arguments.IsEmpty || string.IsNullOrEmpty(check.Arguments[0])) throw new CatalogException("ScriptArgs", "ScriptArgs must name a program");
                foreach (var word in check.Arguments)
                {
                    Text("ScriptArgs", word, MaxText);
                    if (word.Contains('\0', StringComparison.Ordinal)) throw new CatalogException("ScriptArgs", "ScriptArgs must not hold NUL characters");
                }

                break;
        }

        if (check.TlsServerName.Length > 0) Host("TLSServerName", check.TlsServerName);
    }

    private static void Http(CheckDefinition check)
    {
        Text("HTTP", check.Target, MaxText);
        if (!Uri.TryCreate(check.Target, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            throw new CatalogException("HTTP", $"Invalid HTTP check URL \"{check.Target}\": must be absolute, http or https");
        if (!check.Method.All(char.IsAsciiLetter) || check.Method.Length > 32) throw new CatalogException("Method", $"Invalid method \"{check.Method}\": letters only");
        Text("Body", check.Body, Record.MaxPayload);
        if (check.Headers.Count > MaxMeta) throw new CatalogException("Header", $"Too many headers: at most {MaxMeta}");
        foreach (var (name, values) in check.Headers)
        {
            if (name.Length is 0 or > MaxId || name.Any(letter => letter is <= ' ' or >= (char)127 || "\"(),/:;<=>?@[\\]{}".Contains(letter, StringComparison.Ordinal)))
                throw new CatalogException("Header", $"Invalid header name \"{name}\"");
            if (values.IsDefaultOrEmpty || values.Any(value => value is null || value.Length > MaxText || value.AsSpan().ContainsAny('\r', '\n', '\0')))
                throw new CatalogException("Header", $"Invalid value of header \"{name}\": one line of at most {MaxText} characters each");
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !(Uri.TryCreate($"http://{values[0]}/", UriKind.Absolute, out var host) && host.PathAndQuery == "/"))
                throw new CatalogException("Header", $"Invalid value of header \"{name}\": must be HOST or HOST:PORT");
        }
    }

    private static void Thresholds(CheckDefinition check)
    {
        if (check.SuccessBeforePassing < 0) throw new CatalogException("SuccessBeforePassing", "SuccessBeforePassing must not be negative");
        if (check.FailuresBeforeCritical < 0) throw new CatalogException("FailuresBeforeCritical", "FailuresBeforeCritical must not be negative");
        if (check.FailuresBeforeWarning < 0) throw new CatalogException("FailuresBeforeWarning", "FailuresBeforeWarning must not be negative");
        if (check.FailuresBeforeWarning > Math.Max(1, check.FailuresBeforeCritical))
            throw new CatalogException("FailuresBeforeWarning", "FailuresBeforeWarning can't be higher than FailuresBeforeCritical");
    }

    private static void ServiceName(string name)
    {
        if (string.IsNullOrEmpty(name)) throw new CatalogException("Name", "Missing service name");
        Text("Name", name, MaxName);
        if (name.Any(letter => char.IsControl(letter) || letter is '/' or '?' or '#'))
            throw new CatalogException("Name", $"Invalid service name \"{name}\": control characters, '/', '?' and '#' are not allowed");
    }

    private static void Id(string field, string id)
    {
        if (string.IsNullOrEmpty(id)) throw new CatalogException(field, $"{field} must not be empty");
        Text(field, id, MaxId);
        if (id.Any(char.IsControl)) throw new CatalogException(field, $"Invalid {field}: control characters are not allowed");
    }

    private static void Meta(IReadOnlyDictionary<string, string> meta)
    {
        if (meta.Count > MaxMeta) throw new CatalogException("Meta", $"Invalid Service Meta: at most {MaxMeta} pairs are allowed");
        foreach (var (key, value) in meta)
        {
            if (key.Length == 0 || key.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
                throw new CatalogException("Meta", $"Invalid Service Meta: key \"{key}\" contains invalid characters");
            Text("Meta", key, MaxName);
            Text("Meta", value, 512);
        }
    }

    private static void Port(string field, int port)
    {
        if (port is < 0 or > 65535) throw new CatalogException(field, $"Invalid port {port}: must be 0 to 65535");
    }

    /// <summary>Half a surrogate pair is no text: it would not come out of UTF-8 as it went in.</summary>
    private static void Text(string field, string? text, int most)
    {
        if (text is null) throw new CatalogException(field, $"{field} must not be null");
        if (Encoding.UTF8.GetByteCount(text) > most) throw new CatalogException(field, $"{field} is too long: at most {most} bytes");
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (!char.IsSurrogatePair(text, at)) throw new CatalogException(field, $"{field} is not valid Unicode");
            at++;
        }
    }

    private static void Host(string field, string host)
    {
        if (IPAddress.TryParse(host, out _) || (host.Length <= 253 && Uri.CheckHostName(host) == UriHostNameType.Dns)) return;
        throw new CatalogException(field, $"Invalid {field} \"{host}\": must be an IP address or a host name");
    }
}
