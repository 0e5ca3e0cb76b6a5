using System.Collections.Immutable;

namespace Skerry.Gateway.Plugins.Route;

/// <summary>Decides whether its pipeline takes a request, and how much it says about it.</summary>
internal sealed class RoutePlugin : GatewayPlugin
{
    private readonly RouteOptions _options;
    private readonly string _path;
    private readonly string? _replacement;

    public RoutePlugin(RouteOptions options)
    {
        _options = options;
        _path = options.Exact || options.Path == "/" ? options.Path : options.Path.TrimEnd('/');
        _replacement = options.StripPrefix ? "" : options.ReplacePrefix.Length > 0 ? options.ReplacePrefix.TrimEnd('/') : null;
        ExactHosts = [.. options.Hosts.Where(host => !IsWildcard(host))];
        HostSuffixes = [.. options.Hosts.Where(IsWildcard).Select(host => host[1..])];
    }

    /// <summary>Hosts named whole.</summary>
    public ImmutableArray<string> ExactHosts { get; }

    /// <summary>What follows the asterisk of wildcard hosts, the dot included.</summary>
    public ImmutableArray<string> HostSuffixes { get; }

    /// <summary>The path, or the prefix of paths, that it takes.</summary>
    public string Path => _path;

    public bool TakesAnyHost => _options.Hosts.IsEmpty;

    /// <summary>Order among routes of the same host: exact paths before prefixes; long paths before short; more conditions before fewer.</summary>
    public (int Exact, int Path, int Conditions) Rank =>
        (_options.Exact ? 1 : 0, _path == "/" ? 0 : _path.Length, _options.Headers.Count + (_options.Methods.Length > 0 ? 1 : 0));

    public override IEnumerable<GatewayError> Validate(string path)
    {
        if (!_options.Path.StartsWith('/')) yield return new GatewayError($"{path}.path", $"'{_options.Path}' must begin with '/'");
        if (_options is { StripPrefix: true, Exact: true }) yield return new GatewayError($"{path}.stripPrefix", "cannot go with 'exact': nothing would be left of the path");
        if (_options is { StripPrefix: true, ReplacePrefix.Length: > 0 }) yield return new GatewayError($"{path}.replacePrefix", "cannot go with 'stripPrefix': set one of the two");
        if (_options.ReplacePrefix.Length > 0 && !_options.ReplacePrefix.StartsWith('/')) yield return new GatewayError($"{path}.replacePrefix", $"'{_options.ReplacePrefix}' must begin with '/'");
        foreach (var host in _options.Hosts)
        {
            var name = IsWildcard(host) ? host[2..] : host;
            if (Uri.CheckHostName(name) == UriHostNameType.Unknown) yield return new GatewayError($"{path}.hosts", $"'{host}' is no host name; allowed: names, IP addresses, '*.' before a name");
        }

        foreach (var method in _options.Methods)
        {
            if (method.Length == 0 || !method.All(letter => char.IsAsciiLetter(letter) || letter == '-')) yield return new GatewayError($"{path}.methods", $"'{method}' is no method; allowed: names such as GET");
        }
    }

    /// <summary>Whether everything but the host fits.</summary>
    public bool Matches(GatewayContext context)
    {
        if (_options.Methods.Length > 0 && !Contains(_options.Methods, context.Method)) return false;
        return MatchesPath(context.Path) && (_options.Headers.IsEmpty || MatchesHeaders(context));
    }

    public override ValueTask<bool> OnRequestAsync(GatewayContext context)
    {
        if (_replacement is not null) Rewrite(context);
        return new ValueTask<bool>(true);
    }

    private void Rewrite(GatewayContext context)
    {
        var length = _path == "/" ? 0 : _path.Length;
        if (context.Target.AsSpan().StartsWith(_path.AsSpan(0, length), StringComparison.Ordinal))
        {
            context.Target = Join(context.Target[length..]);
            return;
        }

        // The prefix was matched on the decoded path and is written otherwise in the target: the decoded path is encoded anew.
        context.SetPath(Join(context.Path[length..]));
    }

    private string Join(string rest) => rest is ['/', ..] || (_replacement!.Length > 0 && rest is [] or ['?', ..]) ? _replacement + rest : _replacement + "/" + rest;

    private bool MatchesPath(string path)
    {
        if (_options.Exact) return path == _path;
        if (_path == "/") return true;
        return path.StartsWith(_path, StringComparison.Ordinal) && (path.Length == _path.Length || path[_path.Length] == '/');
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

    private static bool IsWildcard(string host) => host.StartsWith("*.", StringComparison.Ordinal);
}
