using System.Collections.Immutable;

namespace Skerry.Gateway.Plugins.Route;

/// <summary>Decides whether its pipeline takes a request, and how much it says about it.</summary>
internal sealed class RoutePlugin : GatewayPlugin
{
    private readonly RouteOptions _options;
    private readonly string _path;
    private readonly ImmutableArray<string> _wildcards;
    private readonly ImmutableArray<string> _hosts;

    public RoutePlugin(RouteOptions options)
    {
        _options = options;
        _path = options.Exact || options.Path == "/" ? options.Path : options.Path.TrimEnd('/');
        _hosts = [.. options.Hosts.Where(host => !host.StartsWith("*.", StringComparison.Ordinal))];
        _wildcards = [.. options.Hosts.Where(host => host.StartsWith("*.", StringComparison.Ordinal)).Select(host => host[1..])];
    }

    /// <summary>
    /// Order among routes that match: hosts named exactly before wildcards before none; exact paths before prefixes; long paths before short; more
    /// conditions before fewer.
    /// </summary>
    public (int Host, int Exact, int Path, int Conditions) Rank =>
        (_hosts.Length > 0 ? 2 : _wildcards.Length > 0 ? 1 : 0, _options.Exact ? 1 : 0, _path.Length, _options.Headers.Count + (_options.Methods.Length > 0 ? 1 : 0));

    public override IEnumerable<GatewayError> Validate(string path)
    {
        if (!_options.Path.StartsWith('/')) yield return new GatewayError($"{path}.path", $"'{_options.Path}' must begin with '/'");
        if (_options is { StripPrefix: true, Exact: true }) yield return new GatewayError($"{path}.stripPrefix", "cannot go with 'exact': nothing would be left of the path");
        foreach (var host in _options.Hosts)
        {
            var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
            if (Uri.CheckHostName(name) == UriHostNameType.Unknown) yield return new GatewayError($"{path}.hosts", $"'{host}' is no host name; allowed: names, IP addresses, '*.' before a name");
        }
    }

    public bool Matches(GatewayContext context)
    {
        if (_options.Methods.Length > 0 && !Contains(_options.Methods, context.Method)) return false;
        return MatchesPath(context.Path) && MatchesHost(context.HostName) && MatchesHeaders(context);
    }

    public override ValueTask<bool> OnRequestAsync(GatewayContext context)
    {
        if (_options.StripPrefix && _path.Length > 1)
        {
            // The prefix was matched on the decoded path; the target is cut by as many characters only if it has them as they are.
            if (context.Target.StartsWith(_path, StringComparison.Ordinal)) context.Target = context.Target[_path.Length..] is ['/', ..] rest ? rest : "/" + context.Target[_path.Length..];
        }

        return new ValueTask<bool>(true);
    }

    private bool MatchesPath(string path)
    {
        if (_options.Exact) return path == _path;
        if (_path == "/") return true;
        return path.StartsWith(_path, StringComparison.Ordinal) && (path.Length == _path.Length || path[_path.Length] == '/');
    }

    private bool MatchesHost(ReadOnlySpan<char> host)
    {
        if (_options.Hosts.IsEmpty) return true;
        foreach (var name in _hosts)
        {
            if (host.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        foreach (var suffix in _wildcards)
        {
            if (host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private bool MatchesHeaders(GatewayContext context)
    {
        foreach (var (name, value) in _options.Headers)
        {
            var actual = context.RequestHeaders[name];
            if (actual.Count == 0 || (value != "*" && !actual.Contains(value))) return false;
        }

        return true;
    }

    private static bool Contains(ImmutableArray<string> methods, string method)
    {
        foreach (var allowed in methods)
        {
            if (allowed.Equals(method, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
