using System.Security.Cryptography;
using System.Text;

namespace Skerry.Libp2p.Wire;

/// <summary>
/// The words that make a WebSocket of an HTTP connection (RFC 6455, sections 4.1 and 4.2).
/// <code>
/// client                                          server
///   GET / HTTP/1.1, Upgrade, Sec-WebSocket-Key ->
///                                              &lt;-   101, Sec-WebSocket-Accept
/// </code>
/// </summary>
internal static class WebSocketUpgrade
{
    private const string Salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The client's request.</summary>
    /// <param name="host">Whom it asks for.</param>
    /// <param name="port">At which port.</param>
    /// <param name="key">Any 16 bytes in base64.</param>
    public static string Ask(string host, int port, string key)
    {
        var authority = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
        return $"GET / HTTP/1.1\r\nHost: {authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n";
    }

    /// <summary>Whether the server has agreed.</summary>
    public static bool IsGranted(string answer, string key) =>
        answer.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal)
        && HasWord(Field(answer, "Upgrade"), "websocket")
        && HasWord(Field(answer, "Connection"), "upgrade")
        && Field(answer, "Sec-WebSocket-Accept") == AcceptOf(key);

    /// <summary>The server's answer to a request.</summary>
    public static string Answer(string request, out bool isGranted)
    {
        var key = Field(request, "Sec-WebSocket-Key");
        var isUpgrade = request.StartsWith("GET ", StringComparison.Ordinal) && HasWord(Field(request, "Upgrade"), "websocket") && HasWord(Field(request, "Connection"), "upgrade");
        isGranted = isUpgrade && key is { Length: 24 } && Field(request, "Sec-WebSocket-Version") == "13";
        if (isGranted) return $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {AcceptOf(key!)}\r\n\r\n";
        return isUpgrade && key is { Length: 24 }
            ? "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            : "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    }

    /// <summary>The value of a field; null when the head has none.</summary>
    private static string? Field(string head, string name)
    {
        foreach (var line in head.Split("\r\n")[1..])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line.AsSpan(0, colon).Equals(name, StringComparison.OrdinalIgnoreCase)) return line[(colon + 1)..].Trim();
        }

        return null;
    }

    private static bool HasWord(string? list, string word) =>
        list is not null && list.Split(',', StringSplitOptions.TrimEntries).Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>What proves that the server has read the key: the RFC's own hash, which protects nothing.</summary>
    private static string AcceptOf(string key)
    {
#pragma warning disable CA5350 // RFC 6455, section 4.2.2 wants SHA-1
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Salt)));
#pragma warning restore CA5350
    }
}
