using System.Globalization;
using System.Text;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Rewrites an RE2 expression for .NET. Only whether it matches is of interest, so groups lose their names and numbers and quantifiers
/// their laziness. Literals and sets are written as code points, so that nothing in them means something else to .NET.
/// </summary>
/// <param name="pattern">In RE2's syntax.</param>
internal sealed class Re2Translator(string pattern)
{
    /// <summary>RE2's bound on a count, and on the product of nested ones.</summary>
    private const int MaxRepeat = 1000;

    /// <summary>Atoms once all counts are written out: bounds the time and space a matcher takes.</summary>
    private const long MaxSize = 10_000;

    private readonly StringBuilder _output = new();
    private readonly Stack<Group> _groups = new();
    private Group _group = new();
    private int _position;

    private bool AtEnd => _position >= pattern.Length;

    /// <returns>False when RE2 would refuse it, or it is too large.</returns>
    public bool TryTranslate(out string translated)
    {
        var valid = true;
        while (valid && !AtEnd) valid = TryStep() && _group.Size <= MaxSize;
        translated = valid ? _output.ToString() : "";
        return valid && _groups.Count == 0;
    }

    private bool TryStep()
    {
        var c = pattern[_position++];
        switch (c)
        {
            case '(': return TryOpenGroup();
            case ')': return TryCloseGroup();
            case '[': return new Re2SetTranslator(pattern, _output).TryTranslate(ref _position) && EndAtom();
            case '\\': return TryEscape();
            case '*' or '+': return TryRepeat(c.ToString(), 2, 1);
            case '?': return TryRepeat("?", 1, 1);
            case '{' when TryReadCounts(out var min, out var max): return TryRepeatCounted(min, max);
            case '|':
                _output.Append('|');
                _group.AtomSize = 0;
                return true;
            case '.': return Atom(".");
            case '^': return Atom(_group.Multiline ? "(?m:^)" : @"\A");
            case '$': return Atom(_group.Multiline ? "(?m:$)" : @"\z");
            default: return Literal(c);
        }
    }

    private bool Literal(char c)
    {
        if (!char.IsSurrogate(c)) return Atom(Re2SetTranslator.CodePoint(c));
        if (AtEnd || !char.IsSurrogatePair(c, pattern[_position])) return false;
        return Atom($"(?:{Re2SetTranslator.CodePoint(c)}{Re2SetTranslator.CodePoint(pattern[_position++])})");
    }

    private bool Atom(string text)
    {
        _output.Append(text);
        return EndAtom();
    }

    private bool EndAtom()
    {
        (_group.AtomSize, _group.AtomRepeat, _group.Repeated) = (1, 1, false);
        _group.Size++;
        return true;
    }

    private bool TryOpenGroup()
    {
        var inner = new Group { Multiline = _group.Multiline };
        var opening = "(?:";
        if (!AtEnd && pattern[_position] == '?')
        {
            _position++;
            if (pattern.AsSpan(_position) is ['P', '<', ..] or ['<', ..])
            {
                if (!TryPassName()) return false;
            }
            else if (!TryReadFlags(inner, out opening, out var wholeGroup))
            {
                return false;
            }
            else if (!wholeGroup)
            {
                _group.Multiline = inner.Multiline;
                _group.AtomSize = 0;
                _output.Append(opening);
                return true;
            }
        }

        _output.Append(opening);
        _groups.Push(_group);
        _group = inner;
        return true;
    }

    private bool TryPassName()
    {
        var start = pattern.IndexOf('<', _position) + 1;
        var end = pattern.IndexOf('>', start);
        if (end <= start) return false;
        _position = end + 1;
        foreach (var c in pattern.AsSpan(start, end - start))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        }

        return true;
    }

    /// <summary>Flags such as <c>(?i)</c>, for the rest of the group, or <c>(?i:</c>, for a group of their own.</summary>
    private bool TryReadFlags(Group inner, out string opening, out bool wholeGroup)
    {
        var (on, off, negative) = ("", "", false);
        (opening, wholeGroup) = ("", false);
        while (!AtEnd)
        {
            var c = pattern[_position++];
            switch (c)
            {
                case 'i' or 's' when negative: off += c; break;
                case 'i' or 's': on += c; break;
                case 'm': inner.Multiline = !negative; break;
                case 'U': break;
                case '-' when !negative: negative = true; break;
                case ':' or ')':
                    wholeGroup = c == ':';
                    var flags = off.Length == 0 ? on : $"{on}-{off}";
                    opening = wholeGroup ? $"(?{flags}:" : flags.Length == 0 ? "" : $"(?{flags})";
                    return true;
                default: return false;
            }
        }

        return false;
    }

    private bool TryCloseGroup()
    {
        if (!_groups.TryPop(out var outer)) return false;
        _output.Append(')');
        outer.AtomSize = Math.Max(_group.Size, 1);
        outer.AtomRepeat = _group.MaxRepeat;
        outer.MaxRepeat = Math.Max(outer.MaxRepeat, _group.MaxRepeat);
        outer.Size += outer.AtomSize;
        outer.Repeated = false;
        _group = outer;
        return true;
    }

    private bool TryRepeat(string quantifier, int copies, int repeat)
    {
        if (_group.AtomSize == 0 || _group.Repeated) return false;
        if (!AtEnd && pattern[_position] == '?') _position++;
        _output.Append(quantifier);
        _group.Repeated = true;
        _group.Size += (copies - 1) * _group.AtomSize;
        _group.AtomRepeat *= repeat;
        _group.MaxRepeat = Math.Max(_group.MaxRepeat, _group.AtomRepeat);
        return _group.AtomRepeat <= MaxRepeat;
    }

    private bool TryRepeatCounted(int min, int max)
    {
        if (min > MaxRepeat || max > MaxRepeat || (max >= 0 && max < min)) return false;
        var quantifier = max < 0 ? $"{{{min},}}" : max == min ? $"{{{min}}}" : $"{{{min},{max}}}";
        var copies = Math.Max(Math.Max(min + 1, max), 1);
        return TryRepeat(quantifier, copies, Math.Max(Math.Max(min, max), 1));
    }

    /// <summary>Counts behind an open brace; without them the brace is a literal. A maximum of -1 is none.</summary>
    private bool TryReadCounts(out int min, out int max)
    {
        (min, max) = (0, -1);
        var end = pattern.IndexOf('}', _position);
        if (end < 0) return false;
        var inside = pattern.AsSpan(_position, end - _position);
        var comma = inside.IndexOf(',');
        var first = comma < 0 ? inside : inside[..comma];
        if (!TryReadCount(first, out min)) return false;
        if (comma < 0) max = min;
        else if (comma < inside.Length - 1 && !TryReadCount(inside[(comma + 1)..], out max)) return false;
        _position = end + 1;
        return true;
    }

    private static bool TryReadCount(ReadOnlySpan<char> digits, out int count) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private bool TryEscape()
    {
        if (AtEnd) return false;
        var c = pattern[_position];
        switch (c)
        {
            case 'A' or 'z' or 'b' or 'B':
                _position++;
                return Atom($@"\{c}");
            case 'Q':
                _position++;
                return TryQuoted();
            default:
                var set = new Re2SetTranslator(pattern, _output);
                return set.TryTranslateEscape(ref _position) && EndAtom();
        }
    }

    /// <summary>Everything up to <c>\E</c>, or to the end, is literal.</summary>
    private bool TryQuoted()
    {
        var end = pattern.IndexOf(@"\E", _position, StringComparison.Ordinal);
        var stop = end < 0 ? pattern.Length : end;
        while (_position < stop)
        {
            if (!Literal(pattern[_position++])) return false;
        }

        if (end >= 0) _position = end + 2;
        return true;
    }

    /// <summary>What is known of a group while it is read.</summary>
    private sealed class Group
    {
        /// <summary>Whether ^ and $ match at lines.</summary>
        public bool Multiline { get; set; }

        /// <summary>Atoms in it, counts written out.</summary>
        public long Size { get; set; }

        /// <summary>Size of the last atom, which a quantifier would repeat; 0: there is none.</summary>
        public long AtomSize { get; set; }

        /// <summary>Nested counts of the last atom, multiplied.</summary>
        public int AtomRepeat { get; set; } = 1;

        /// <summary>The largest such product in the group.</summary>
        public int MaxRepeat { get; set; } = 1;

        /// <summary>Whether the last atom has its quantifier already.</summary>
        public bool Repeated { get; set; }
    }
}
