using System.Net;
using System.Text;

namespace Skerry.Catalog;

/// <summary>What a registration may say. Every refusal names the field.</summary>
internal static class Validation
{
    private const int MaxName = 128;
    private const int MaxId = 256;
    private const int MaxText = 4096;
    private const int MaxItems = 64;
    private static readonly TimeSpan MaxInterval = TimeSpan.FromDays(30);
    private static readonly TimeSpan MinDeregister = TimeSpan.FromMinutes(1);

    public static ServiceInstance Service(ServiceInstance service)
    {
        Name("Name", service.Name);
        Id("ID", service.Id);
        if (service.Port is < 0 or > 65535) throw new CatalogException("Port", $"Invalid Port {service.Port}: must be 0 to 65535");
        if (service.Address.Length > 0) Host("Address", service.Address);
        if (service.Address is "0.0.0.0" or "::") throw new CatalogException("Address", "Invalid service address: 0.0.0.0 and :: name no host");
        if (service.Tags.Length > MaxItems) throw new CatalogException("Tags", $"Too many tags: at most {MaxItems}");
        foreach (var tag in service.Tags) Text("Tags", tag, MaxName);
        Meta(service.Meta);
        foreach (var (key, address) in service.TaggedAddresses)
        {
            Text("TaggedAddresses", key, MaxName);
            Host("TaggedAddresses", address.Address);
            if (address.Port is < 0 or > 65535) throw new CatalogException("TaggedAddresses", $"Invalid port {address.Port}: must be 0 to 65535");
        }

        if (service.Weights.Passing < 1) throw new CatalogException("Weights", "Passing must be greater than 0");
        if (service.Weights.Warning < 0) throw new CatalogException("Weights", "Warning must be greater or equal than 0");
        if (service.Weights is { Passing: > 65535 } or { Warning: > 65535 }) throw new CatalogException("Weights", "Weights are at most 65535");
        return service;
    }

    public static CheckDefinition Check(CheckDefinition check, CatalogOptions options)
    {
        Id("CheckID", check.Id);
        Text("Name", check.Name, MaxId);
        Text("Notes", check.Notes, MaxText);
        if (check.Type == CheckType.Ttl)
        {
            if (check.TimeToLive <= TimeSpan.Zero || check.TimeToLive > MaxInterval) throw new CatalogException("TTL", "TTL must be greater than 0 and at most 30 days");
        }
        else if (check.Type is not (CheckType.Maintenance or CheckType.Membership))
        {
            if (check.Interval <= TimeSpan.Zero || check.Interval > MaxInterval) throw new CatalogException("Interval", "Interval must be greater than 0 and at most 30 days");
            if (check.Timeout <= TimeSpan.Zero || check.Timeout > MaxInterval) throw new CatalogException("Timeout", "Timeout must be greater than 0 and at most 30 days");
            if (check.Interval < options.MinimumCheckInterval) check = check with { Interval = options.MinimumCheckInterval };
        }

        Target(check, options);
        if (check.SuccessBeforePassing < 0) throw new CatalogException("SuccessBeforePassing", "SuccessBeforePassing must not be negative");
        if (check.FailuresBeforeCritical < 0) throw new CatalogException("FailuresBeforeCritical", "FailuresBeforeCritical must not be negative");
        if (check.FailuresBeforeWarning < 0) throw new CatalogException("FailuresBeforeWarning", "FailuresBeforeWarning must not be negative");
        if (check.FailuresBeforeWarning > Math.Max(1, check.FailuresBeforeCritical))
            throw new CatalogException("FailuresBeforeWarning", "FailuresBeforeWarning can't be higher than FailuresBeforeCritical");
        if (check.DeregisterCriticalServiceAfter < TimeSpan.Zero) throw new CatalogException("DeregisterCriticalServiceAfter", "DeregisterCriticalServiceAfter must not be negative");
        if (check.DeregisterCriticalServiceAfter > TimeSpan.Zero && check.DeregisterCriticalServiceAfter < MinDeregister)
            check = check with { DeregisterCriticalServiceAfter = MinDeregister };
        return check;
    }

    private static void Target(CheckDefinition check, CatalogOptions options)
    {
        switch (check.Type)
        {
            case CheckType.Http:
                if (!Uri.TryCreate(check.Target, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                    throw new CatalogException("HTTP", $"Invalid HTTP check URL \"{check.Target}\": must be absolute, http or https");
                foreach (var (name, values) in check.Headers)
                {
                    if (name.Length == 0 || name.Any(letter => letter is <= ' ' or ':' or >= (char)127) || values.IsDefaultOrEmpty || values.Any(value => value.AsSpan().ContainsAny('\r', '\n')))
                        throw new CatalogException("Header", $"Invalid header \"{name}\"");
                }

                break;
            case CheckType.Tcp:
                HostAndPort("TCP", check.Target);
                break;
            case CheckType.Grpc:
                var slash = check.Target.IndexOf('/', StringComparison.Ordinal);
                HostAndPort("GRPC", slash < 0 ? check.Target : check.Target[..slash]);
                if (slash >= 0 && Encoding.UTF8.GetByteCount(check.Target) - slash > 120) throw new CatalogException("GRPC", "The service's name has at most 119 bytes");
                break;
            case CheckType.Script:
                if (!options.EnableScriptChecks) throw new CatalogException("ScriptArgs", "Scripts are disabled on this agent; to enable, configure 'catalog.enableScriptChecks' to true");
                if (check.Arguments.IsDefaultOrEmpty || check.Arguments[0].Length == 0) throw new CatalogException("ScriptArgs", "ScriptArgs must name a program");
                break;
        }
    }

    private static void Name(string field, string name)
    {
        if (name.Length == 0) throw new CatalogException(field, "Missing service name");
        Text(field, name, MaxName);
        if (name.Any(letter => char.IsControl(letter) || letter is '/' or '?' or '#')) throw new CatalogException(field, $"Invalid service name \"{name}\": control characters, '/', '?' and '#' are not allowed");
    }

    private static void Id(string field, string id)
    {
        if (id.Length == 0) throw new CatalogException(field, $"{field} must not be empty");
        Text(field, id, MaxId);
        if (id.Any(char.IsControl)) throw new CatalogException(field, $"Invalid {field}: control characters are not allowed");
    }

    private static void Meta(IReadOnlyDictionary<string, string> meta)
    {
        if (meta.Count > MaxItems) throw new CatalogException("Meta", $"Invalid Service Meta: at most {MaxItems} pairs are allowed");
        foreach (var (key, value) in meta)
        {
            if (key.Length == 0 || key.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
                throw new CatalogException("Meta", $"Invalid Service Meta: key \"{key}\" contains invalid characters");
            Text("Meta", key, MaxName);
            Text("Meta", value, 512);
        }
    }

    private static void Text(string field, string text, int most)
    {
        if (Encoding.UTF8.GetByteCount(text) > most) throw new CatalogException(field, $"{field} is too long: at most {most} bytes");
    }

    private static void Host(string field, string host)
    {
        if (IPAddress.TryParse(host, out _) || (host.Length <= 253 && Uri.CheckHostName(host) == UriHostNameType.Dns)) return;
        throw new CatalogException(field, $"Invalid {field} \"{host}\": must be an IP address or a host name");
    }

    private static void HostAndPort(string field, string target)
    {
        var colon = target.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(target.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) || port == 0)
            throw new CatalogException(field, $"Invalid {field} address \"{target}\": must be HOST:PORT");
        Host(field, target[..colon].Trim('[', ']'));
    }
}
