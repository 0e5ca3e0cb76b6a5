using System.Diagnostics.CodeAnalysis;

namespace Skerry.Libp2p.Wire;

/// <summary>RFC 4648's base32 in lower case and without padding, as CIDs are written.</summary>
internal static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = new byte[text.Length * 5 / 8];
        var (buffer, bits, length) = (0, 0, 0);
        foreach (var letter in text)
        {
            var value = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0) return Refuse(out bytes);
            buffer = (buffer << 5) | value;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[length++] = (byte)(buffer >> bits);
            buffer &= (1 << bits) - 1;
        }

        return buffer == 0 || Refuse(out bytes);

        static bool Refuse(out byte[]? bytes)
        {
            bytes = null;
            return false;
        }
    }
}
