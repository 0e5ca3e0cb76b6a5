using System.Collections.Immutable;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

using Skerry.Gateway.Http1;

namespace Skerry.Gateway.Plugins.Headers;

/// <summary>Changes headers on the way in and on the way out.</summary>
internal sealed class HeadersPlugin : GatewayPlugin
{
    private static readonly string[] Framing = ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE", "Trailer"];

    private readonly HeadersOptions _options;
    private readonly Changes _request;
    private readonly Changes _response;
    private readonly ImmutableArray<string> _vouched;

    public HeadersPlugin(HeadersOptions options)
    {
        _options = options;
        _request = new Changes(options.Request);
        _response = new Changes(options.Response);
        _vouched = [.. options.Request.Set.Keys.Where(RequestWriter.IsClaim)];
    }

    public override IEnumerable<GatewayError> Validate(string path)
    {
        foreach (var error in Check($"{path}.request", _options.Request).Concat(Check($"{path}.response", _options.Response))) yield return error;
        foreach (var name in _options.Request.Add.Keys.Where(name => RequestWriter.IsClaim(name) || IsHost(name)))
            yield return new GatewayError($"{path}.request.add", $"'{name}' cannot be added to what the client says; use 'set'");
        foreach (var name in _options.Request.Remove.Where(IsHost)) yield return new GatewayError($"{path}.request.remove", $"'{name}' cannot be left out of a request; use 'set'");
    }

    public override ValueTask<bool> OnRequestAsync(GatewayContext context)
    {
        _request.Apply(context.RequestHeaders, context);
        if (!_vouched.IsEmpty) context.Vouched = context.Vouched.AddRange(_vouched);
        return new ValueTask<bool>(true);
    }

    public override void OnResponse(GatewayContext context) => _response.Apply(context.ResponseHeaders, context);

    private static bool IsHost(string name) => name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<GatewayError> Check(string path, HeaderChanges changes)
    {
        foreach (var name in changes.Remove.Concat(changes.Set.Keys).Concat(changes.Add.Keys))
        {
            if (name.Length == 0 || name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && !"!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal)))
                yield return new GatewayError(path, $"'{name}' is no header name");
            else if (Framing.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return new GatewayError(path, $"'{name}' frames the message and cannot be changed");
        }

        foreach (var (name, value) in changes.Set.Concat(changes.Add))
        {
            if (ValueTemplate.TryParse(value, out _) is { } error) yield return new GatewayError($"{path}.{name}", error);
        }
    }

    private sealed class Changes(HeaderChanges changes)
    {
        private readonly ImmutableArray<(string Name, ValueTemplate Value)> _set = Templates(changes.Set);
        private readonly ImmutableArray<(string Name, ValueTemplate Value)> _add = Templates(changes.Add);

        public void Apply(IHeaderDictionary headers, GatewayContext context)
        {
            foreach (var name in changes.Remove) headers.Remove(name);
            foreach (var (name, value) in _set) headers[name] = value.Fill(context);
            foreach (var (name, value) in _add) headers[name] = StringValues.Concat(headers[name], value.Fill(context));
        }

        private static ImmutableArray<(string, ValueTemplate)> Templates(ImmutableSortedDictionary<string, string> values) => [.. values.Select(entry =>
        {
            ValueTemplate.TryParse(entry.Value, out var template);
            return (entry.Key, template);
        })];
    }
}
