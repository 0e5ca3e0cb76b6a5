using System.Buffers.Text;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Skerry.Api.Http;

/// <summary>The end of a path as the client wrote it: <c>%2F</c> is a slash there, bytes need not be UTF-8, and nothing is tidied up.</summary>
internal static class RawPath
{
    /// <summary>What stands behind a prefix, percent-decoded.</summary>
    public static byte[] After(HttpContext http, string prefix)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var at = target.IndexOf(prefix, StringComparison.Ordinal);
        // Without the request line there is only what the server made of it.
        if (at < 0) return Encoding.UTF8.GetBytes(http.Request.Path.Value is { } path && path.StartsWith(prefix, StringComparison.Ordinal) ? WithoutSlash(path[prefix.Length..]) : "");
        var rest = target[(at + prefix.Length)..].Split('?', 2)[0];
        return Decode(Encoding.UTF8.GetBytes(WithoutSlash(rest)));
    }

    /// <summary>Only the one that parts the key from what stands before it: others are its own.</summary>
    private static string WithoutSlash(string text) => text.StartsWith('/') ? text[1..] : text;

    private static byte[] Decode(byte[] text)
    {
        if (!text.Contains((byte)'%')) return text;
        var decoded = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && Utf8Parser.TryParse(text.AsSpan(i + 1, 2), out byte value, out var used, 'x') && used == 2)
            {
                decoded.Add(value);
                i += 2;
            }
            else
            {
                decoded.Add(text[i]);
            }
        }

        return [.. decoded];
    }
}
