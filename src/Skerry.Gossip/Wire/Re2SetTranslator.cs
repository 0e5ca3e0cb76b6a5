using System.Globalization;
using System.Text;

namespace Skerry.Gossip.Wire;

/// <summary>Rewrites RE2's sets of characters and escapes for .NET: Perl's and POSIX's classes are ASCII, as RE2 has them.</summary>
/// <param name="pattern">In RE2's syntax.</param>
/// <param name="output">Where the translation goes.</param>
internal readonly struct Re2SetTranslator(string pattern, StringBuilder output)
{
    // Pairs of first and last character.
    private const string Digit = "09";
    private const string Space = "\t\n\f\r  ";
    private const string Word = "09AZ__az";

    /// <summary>A character as .NET takes it anywhere in an expression.</summary>
    public static string CodePoint(char c) => string.Create(CultureInfo.InvariantCulture, $@"\u{(int)c:X4}");

    /// <summary>Translates a set in brackets, the open one passed already.</summary>
    public bool TryTranslate(ref int position)
    {
        output.Append('[');
        if (Peek(position) == '^')
        {
            // As in RE2, a negated set matches a line's end.
            output.Append('^');
            position++;
        }

        for (var first = true; position < pattern.Length; first = false)
        {
            if (pattern[position] == ']' && !first)
            {
                position++;
                output.Append(']');
                return true;
            }

            if (!TryItem(ref position)) return false;
        }

        return false;
    }

    /// <summary>Translates an escape outside brackets, the backslash passed already.</summary>
    public bool TryTranslateEscape(ref int position)
    {
        if (TryReadCharacter(ref position, out var c))
        {
            output.Append(CodePoint(c));
            return true;
        }

        output.Append('[');
        var known = TryClass(ref position);
        output.Append(']');
        return known;
    }

    private char Peek(int position) => position < pattern.Length ? pattern[position] : '\0';

    private bool TryItem(ref int position)
    {
        if (pattern.AsSpan(position).StartsWith("[:") && pattern.IndexOf(":]", position + 2, StringComparison.Ordinal) is var end and > 0)
        {
            var name = pattern[(position + 2)..end];
            position = end + 2;
            var negated = name.StartsWith('^');
            return PosixClass(name.TrimStart('^')) is { } ranges && Append(ranges, negated);
        }

        if (Peek(position) == '\\' && Peek(position + 1) is 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'p' or 'P')
        {
            position++;
            return TryClass(ref position);
        }

        if (!TryMember(ref position, out var low)) return false;
        var high = low;
        if (Peek(position) == '-' && position + 1 < pattern.Length && pattern[position + 1] != ']')
        {
            position++;
            if (!TryMember(ref position, out high) || high < low) return false;
        }

        return Append([low, high], negated: false);
    }

    private bool TryMember(ref int position, out char c)
    {
        c = Peek(position);
        if (position >= pattern.Length || char.IsSurrogate(c)) return false;
        position++;
        return c != '\\' || TryReadCharacter(ref position, out c);
    }

    /// <summary>An escape that stands for one character, the backslash passed already; the position moves only if it does.</summary>
    private bool TryReadCharacter(ref int position, out char c)
    {
        c = Peek(position);
        var next = position + 1;
        switch (c)
        {
            case 'a': c = '\a'; break;
            case 'f': c = '\f'; break;
            case 't': c = '\t'; break;
            case 'n': c = '\n'; break;
            case 'r': c = '\r'; break;
            case 'v': c = '\v'; break;
            case 'x':
                if (!TryReadHex(ref next, out c)) return false;
                break;
            case >= '0' and <= '7':
                if (!TryReadOctal(ref next, out c)) return false;
                break;
            default:
                if (!char.IsAscii(c) || char.IsAsciiLetterOrDigit(c) || position >= pattern.Length) return false;
                break;
        }

        position = next;
        return true;
    }

    private bool TryReadHex(ref int next, out char c)
    {
        c = '\0';
        var end = Peek(next) == '{' ? pattern.IndexOf('}', next) : next + 2;
        var start = Peek(next) == '{' ? next + 1 : next;
        if (end < 0 || end > pattern.Length) return false;
        if (!int.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return false;
        if (value is < 0 or > char.MaxValue || char.IsSurrogate((char)value)) return false;
        c = (char)value;
        next = Peek(next) == '{' ? end + 1 : end;
        return true;
    }

    /// <summary>Up to three octal digits; a single one other than 0 would be a back reference.</summary>
    private bool TryReadOctal(ref int next, out char c)
    {
        var value = pattern[next - 1] - '0';
        var digits = 1;
        for (; digits < 3 && Peek(next) is >= '0' and <= '7'; digits++) value = (8 * value) + pattern[next++] - '0';
        c = (char)value;
        return digits > 1 || value == 0;
    }

    /// <summary>A class by letter, the backslash passed already.</summary>
    private bool TryClass(ref int position)
    {
        var letter = Peek(position);
        position++;
        return letter switch
        {
            'd' or 'D' => Append(Digit, letter == 'D'),
            's' or 'S' => Append(Space, letter == 'S'),
            'w' or 'W' => Append(Word, letter == 'W'),
            'p' or 'P' => TryUnicodeClass(ref position, letter == 'P'),
            _ => false,
        };
    }

    private bool TryUnicodeClass(ref int position, bool negated)
    {
        if (position >= pattern.Length) return false;
        var braced = pattern[position] == '{';
        var end = braced ? pattern.IndexOf('}', position) : position + 1;
        if (end < 0) return false;
        var name = braced ? pattern[(position + 1)..end] : pattern[position..end];
        position = braced ? end + 1 : end;
        if (name.StartsWith('^')) (name, negated) = (name[1..], !negated);
        foreach (var c in name)
        {
            if (!char.IsAsciiLetter(c)) return false;
        }

        output.Append(CultureInfo.InvariantCulture, $@"\{(negated ? 'P' : 'p')}{{{name}}}");
        return true;
    }

    /// <summary>Appends ranges, or everything outside them; they are in order and apart.</summary>
    private bool Append(ReadOnlySpan<char> ranges, bool negated)
    {
        var next = '\0';
        for (var i = 0; i < ranges.Length; i += 2)
        {
            if (!negated) AppendRange(ranges[i], ranges[i + 1]);
            else if (ranges[i] > next) AppendRange(next, (char)(ranges[i] - 1));
            next = (char)(ranges[i + 1] + 1);
        }

        if (negated) AppendRange(next, char.MaxValue);
        return true;
    }

    private void AppendRange(char low, char high)
    {
        output.Append(CodePoint(low));
        if (high > low) output.Append('-').Append(CodePoint(high));
    }

    private static string? PosixClass(string name) => name switch
    {
        "alnum" => "09AZaz",
        "alpha" => "AZaz",
        "ascii" => "\0\x7F",
        "blank" => "\t\t  ",
        "cntrl" => "\0\x1F\x7F\x7F",
        "digit" => Digit,
        "graph" => "!~",
        "lower" => "az",
        "print" => " ~",
        "punct" => "!/:@[`{~",
        "space" => "\t\r  ",
        "upper" => "AZ",
        "word" => Word,
        "xdigit" => "09AFaf",
        _ => null,
    };
}
