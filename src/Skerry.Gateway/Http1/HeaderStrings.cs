using System.Text;

namespace Skerry.Gateway.Http1;

/// <summary>
/// Text of header names and values without making it anew for each answer: names come from a fixed table, values from the last answer of this
/// connection where they are the same.
/// </summary>
internal sealed class HeaderStrings
{
    private const int MaxRemembered = 32;
    private const int MaxRememberedValue = 256;

    private static readonly string[] Known =
    [
        "Accept-Ranges", "Access-Control-Allow-Origin", "Age", "Allow", "Alt-Svc", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language",
        "Content-Location", "Content-Range", "Content-Security-Policy", "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Link", "Location", "Pragma",
        "Referrer-Policy", "Retry-After", "Server", "Set-Cookie", "Strict-Transport-Security", "Vary", "Via", "WWW-Authenticate", "X-Content-Type-Options",
        "X-Frame-Options", "X-Powered-By", "X-Request-Id",
    ];

    private static readonly string[][] ByLength = [.. Enumerable.Range(0, 40).Select(length => Known.Where(name => name.Length == length).ToArray())];

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    public static HeaderKind KindOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when Ascii.EqualsIgnoreCase(name, "TE"u8) => HeaderKind.HopByHop,
        7 when Ascii.EqualsIgnoreCase(name, "Upgrade"u8) || Ascii.EqualsIgnoreCase(name, "Trailer"u8) => HeaderKind.HopByHop,
        10 when Ascii.EqualsIgnoreCase(name, "Connection"u8) => HeaderKind.Connection,
        10 when Ascii.EqualsIgnoreCase(name, "Keep-Alive"u8) => HeaderKind.HopByHop,
        14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8) => HeaderKind.ContentLength,
        16 when Ascii.EqualsIgnoreCase(name, "Proxy-Connection"u8) => HeaderKind.HopByHop,
        17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8) => HeaderKind.TransferEncoding,
        18 when Ascii.EqualsIgnoreCase(name, "Proxy-Authenticate"u8) => HeaderKind.HopByHop,
        19 when Ascii.EqualsIgnoreCase(name, "Proxy-Authorization"u8) => HeaderKind.HopByHop,
        _ => HeaderKind.EndToEnd,
    };

    public static string Name(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (var known in ByLength[name.Length])
            {
                if (Ascii.EqualsIgnoreCase(name, known)) return known;
            }
        }

        return Encoding.Latin1.GetString(name);
    }

    public string Value(string name, ReadOnlySpan<byte> value)
    {
        if (_values.TryGetValue(name, out var last) && Ascii.Equals(value, last)) return last;
        var text = Encoding.Latin1.GetString(value);
        if (value.Length <= MaxRememberedValue && (_values.Count < MaxRemembered || _values.ContainsKey(name))) _values[name] = text;
        return text;
    }
}
