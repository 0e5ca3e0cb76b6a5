using System.Diagnostics.CodeAnalysis;

namespace Skerry.Libp2p.Wire;

/// <summary>Base58 with Bitcoin's alphabet: text without letters that look alike.</summary>
internal static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var zeros = 0;
        while (zeros < bytes.Length && bytes[zeros] == 0) zeros++;
        var digits = new List<byte>(bytes.Length * 2);
        foreach (var value in bytes[zeros..])
        {
            var carry = (int)value;
            for (var i = 0; i < digits.Count; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }

            for (; carry > 0; carry /= 58) digits.Add((byte)(carry % 58));
        }

        var text = new char[zeros + digits.Count];
        text.AsSpan(0, zeros).Fill(Alphabet[0]);
        for (var i = 0; i < digits.Count; i++) text[^(i + 1)] = Alphabet[digits[i]];
        return new string(text);
    }

    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var zeros = 0;
        while (zeros < text.Length && text[zeros] == Alphabet[0]) zeros++;
        var values = new List<byte>(text.Length);
        foreach (var letter in text[zeros..])
        {
            var carry = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (carry < 0) return false;
            for (var i = 0; i < values.Count; i++)
            {
                carry += values[i] * 58;
                values[i] = (byte)carry;
                carry >>= 8;
            }

            for (; carry > 0; carry >>= 8) values.Add((byte)carry);
        }

        bytes = new byte[zeros + values.Count];
        for (var i = 0; i < values.Count; i++) bytes[^(i + 1)] = values[i];
        return true;
    }
}
