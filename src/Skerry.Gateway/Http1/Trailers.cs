namespace Skerry.Gateway.Http1;

/// <summary>Which fields may come after a body (RFC 9110, section 6.5.1): none that frames, routes, authenticates or describes the message, since those were needed before.</summary>
internal static class Trailers
{
    private static readonly HashSet<string> Forbidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "Age", "Authorization", "Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Range", "Content-Type", "Cookie", "Date", "Expect", "Expires",
        "Forwarded", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive", "Location", "Max-Forwards", "Pragma",
        "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Range", "Retry-After", "Set-Cookie", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Vary",
        "Warning", "WWW-Authenticate",
    };

    public static bool IsAllowed(string name) => !Forbidden.Contains(name) && !name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);
}
