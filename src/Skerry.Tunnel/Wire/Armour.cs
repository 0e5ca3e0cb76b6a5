using System.Security.Cryptography;

namespace Skerry.Tunnel.Wire;

/// <summary>Bytes as text that mails and editors leave alone (RFC 7468), with what they are in the first line.</summary>
internal static class Armour
{
    public const string Credential = "SKERRY CREDENTIAL";
    public const string Authority = "SKERRY AUTHORITY";
    public const string Revocations = "SKERRY REVOCATIONS";

    /// <summary>The longest credential and authority, bytes.</summary>
    public const int MaxKeyFile = 16 << 10;

    /// <summary>The longest list of revocations, bytes: its most entries, each with a peer id and a time, or a long name.</summary>
    public const int MaxRevocations = 2 << 20;

    public static string Write(string label, ReadOnlySpan<byte> bytes) => PemEncoding.WriteString(label, bytes) + "\n";

    /// <returns>False when the text holds nothing of the kind, or too much.</returns>
    public static bool TryRead(string label, ReadOnlySpan<char> text, int maxBytes, out byte[] bytes)
    {
        bytes = [];
        // Base64 is a third longer than what it holds, and has line ends.
        if (text.Length > maxBytes * 2 || !PemEncoding.TryFind(text, out var fields) || !text[fields.Label].SequenceEqual(label) || fields.DecodedDataLength > maxBytes) return false;
        var decoded = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64Chars(text[fields.Base64Data], decoded, out var length) || length != decoded.Length) return false;
        bytes = decoded;
        return true;
    }
}
