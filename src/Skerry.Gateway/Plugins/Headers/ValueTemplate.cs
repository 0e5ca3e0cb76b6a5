using System.Collections.Immutable;
using System.Text;

namespace Skerry.Gateway.Plugins.Headers;

/// <summary>A header value with places that the request fills.</summary>
internal sealed class ValueTemplate
{
    private readonly ImmutableArray<(string Literal, string Place)> _parts;
    private readonly string? _constant;

    private ValueTemplate(ImmutableArray<(string, string)> parts)
    {
        _parts = parts;
        _constant = parts is [{ Item2: "" } only] ? only.Item1 : parts.IsEmpty ? "" : null;
    }

    /// <summary>Reads a template; an error text when a place is unknown.</summary>
    public static string? TryParse(string text, out ValueTemplate template)
    {
        var parts = ImmutableArray.CreateBuilder<(string, string)>();
        var rest = text.AsSpan();
        while (rest.IndexOf('{') is >= 0 and var open)
        {
            var close = rest[open..].IndexOf('}');
            if (close < 0) break;
            var place = rest[(open + 1)..(open + close)].ToString();
            if (place is not ("client-ip" or "host" or "method" or "path" or "scheme") && !place.StartsWith("header:", StringComparison.Ordinal) && !place.StartsWith("query:", StringComparison.Ordinal))
            {
                template = new ValueTemplate([]);
                return $"'{{{place}}}' is unknown; allowed: {{client-ip}}, {{host}}, {{method}}, {{path}}, {{scheme}}, {{header:NAME}}, {{query:NAME}}";
            }

            parts.Add((rest[..open].ToString(), place));
            rest = rest[(open + close + 1)..];
        }

        if (rest.Length > 0) parts.Add((rest.ToString(), ""));
        template = new ValueTemplate(parts.ToImmutable());
        return text.AsSpan().ContainsAny('\r', '\n', '\0') ? "must not hold line breaks" : null;
    }

    /// <summary>The value for a request.</summary>
    public string Fill(GatewayContext context)
    {
        if (_constant is not null) return _constant;
        var value = new StringBuilder();
        foreach (var (literal, place) in _parts)
        {
            value.Append(literal);
            value.Append(place switch
            {
                "" => "",
                "client-ip" => context.ClientAddress,
                "host" => context.OriginalHost,
                "method" => context.Method,
                "path" => context.Path,
                "scheme" => context.Scheme,
                _ when place.StartsWith("header:", StringComparison.Ordinal) => context.RequestHeaders[place[7..]].ToString(),
                _ => context.Query(place[6..]),
            });
        }

        // A decoded query may hold anything; a header may not.
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsControl(value[i]) || value[i] > 0xFF) value[i] = '?';
        }

        return value.ToString();
    }
}
