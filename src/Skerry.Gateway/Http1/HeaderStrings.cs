using System.Text;

using Microsoft.Net.Http.Headers;

namespace Skerry.Gateway.Http1;

/// <summary>
/// Text of header names and values without making it anew for each answer: names come from a fixed table of Kestrel's own strings, which it knows by reference; values
/// from the last answer of this connection where they are the same.
/// </summary>
internal sealed class HeaderStrings
{
    private const int MaxRememberedValue = 256;

    private static readonly string[] Known =
    [
        HeaderNames.AcceptRanges, HeaderNames.AccessControlAllowCredentials, HeaderNames.AccessControlAllowHeaders, HeaderNames.AccessControlAllowMethods,
        HeaderNames.AccessControlAllowOrigin, HeaderNames.AccessControlExposeHeaders, HeaderNames.AccessControlMaxAge, HeaderNames.Age, HeaderNames.Allow,
        HeaderNames.AltSvc, HeaderNames.CacheControl, HeaderNames.ContentDisposition, HeaderNames.ContentEncoding, HeaderNames.ContentLanguage, HeaderNames.ContentLocation,
        HeaderNames.ContentMD5, HeaderNames.ContentRange, HeaderNames.ContentSecurityPolicy, HeaderNames.ContentType, HeaderNames.Date, HeaderNames.ETag, HeaderNames.Expires,
        HeaderNames.LastModified, HeaderNames.Link, HeaderNames.Location, HeaderNames.Pragma, HeaderNames.RetryAfter, HeaderNames.Server, HeaderNames.SetCookie,
        HeaderNames.StrictTransportSecurity, HeaderNames.Vary, HeaderNames.Via, HeaderNames.WWWAuthenticate, HeaderNames.XContentTypeOptions, HeaderNames.XFrameOptions,
        HeaderNames.XPoweredBy, HeaderNames.RequestId,
    ];

    private static readonly int[][] ByLength =
        [.. Enumerable.Range(0, 40).Select(length => Enumerable.Range(0, Known.Length).Where(index => Known[index].Length == length).ToArray())];

    private readonly string?[] _values = new string?[Known.Length];

    /// <summary>What a header is to a proxy.</summary>
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
        25 when Ascii.EqualsIgnoreCase(name, "Proxy-Authentication-Info"u8) => HeaderKind.HopByHop,
        _ => HeaderKind.EndToEnd,
    };

    /// <summary>Place of a name in the table; -1 when it is not there.</summary>
    public static int IndexOf(ReadOnlySpan<byte> name)
    {
        if (name.Length >= ByLength.Length) return -1;
        foreach (var index in ByLength[name.Length])
        {
            if (Ascii.EqualsIgnoreCase(name, Known[index])) return index;
        }

        return -1;
    }

    /// <summary>The text of a name.</summary>
    /// <param name="name">Its bytes, a token.</param>
    /// <param name="index">Its place in the table, or -1.</param>
    public static string Name(ReadOnlySpan<byte> name, int index) => index >= 0 ? Known[index] : Encoding.Latin1.GetString(name);

    /// <summary>The text of a value.</summary>
    /// <param name="index">The name's place in the table, or -1.</param>
    /// <param name="value">Its bytes.</param>
    public string Value(int index, ReadOnlySpan<byte> value)
    {
        if (index < 0) return Encoding.Latin1.GetString(value);
        if (_values[index] is { } last && Ascii.Equals(value, last)) return last;
        var text = Encoding.Latin1.GetString(value);
        if (value.Length <= MaxRememberedValue) _values[index] = text;
        return text;
    }
}
