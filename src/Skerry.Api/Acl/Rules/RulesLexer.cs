using System.Globalization;
using System.Text;

namespace Skerry.Api.Acl.Rules;

/// <summary>Cuts a policy's rules into tokens: those of HCL that policies are written with, JSON's among them.</summary>
/// <param name="source">The rules.</param>
internal ref struct RulesLexer(ReadOnlySpan<char> source)
{
    private readonly ReadOnlySpan<char> _source = source;
    private int _at;

    /// <summary>The next token.</summary>
    /// <param name="token">The token; where there is none, what is wrong at which place.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryNext(out RulesToken token)
    {
        if (!SkipSpace())
        {
            token = Wrong(_source.Length, "a comment that does not end");
            return false;
        }

        var at = _at;
        if (at >= _source.Length)
        {
            token = new RulesToken(RulesTokenKind.End, "", at);
            return true;
        }

        if (_source[at] == '"') return TryText(out token);
        RulesTokenKind? mark = _source[at] switch
        {
            '{' => RulesTokenKind.Open,
            '}' => RulesTokenKind.Close,
            '[' => RulesTokenKind.OpenList,
            ']' => RulesTokenKind.CloseList,
            '=' or ':' => RulesTokenKind.Is,
            ',' => RulesTokenKind.Comma,
            _ => null,
        };
        if (mark is { } kind)
        {
            _at++;
            token = new RulesToken(kind, "", at);
            return true;
        }

        while (_at < _source.Length && (char.IsAsciiLetterOrDigit(_source[_at]) || _source[_at] is '_' or '-' or '.')) _at++;
        token = _at > at ? new RulesToken(RulesTokenKind.Word, _source[at.._at].ToString(), at) : Wrong(at, "what is neither a word, nor a text in double quotes, nor a brace");
        return _at > at;
    }

    private static RulesToken Wrong(int at, string what) => new(RulesTokenKind.End, what, at);

    /// <returns>False where a comment does not end.</returns>
    private bool SkipSpace()
    {
        while (_at < _source.Length)
        {
            var rest = _source[_at..];
            if (rest[0] is ' ' or '\t' or '\r' or '\n' or '\uFEFF')
            {
                _at++;
            }
            else if (rest[0] == '#' || rest.StartsWith("//"))
            {
                var end = rest.IndexOf('\n');
                _at = end < 0 ? _source.Length : _at + end;
            }
            else if (rest.StartsWith("/*"))
            {
                var end = rest[2..].IndexOf("*/");
                if (end < 0) return false;
                _at += end + 4;
            }
            else
            {
                return true;
            }
        }

        return true;
    }

    private bool TryText(out RulesToken token)
    {
        var at = _at++;
        var text = new StringBuilder();
        while (_at < _source.Length && _source[_at] != '\n')
        {
            var letter = _source[_at++];
            if (letter == '"')
            {
                token = new RulesToken(RulesTokenKind.Text, text.ToString(), at);
                return true;
            }

            if (letter != '\\')
            {
                text.Append(letter);
            }
            else if (!TryEscape(text))
            {
                token = Wrong(_at, "an escape that is none");
                return false;
            }
        }

        token = Wrong(at, "a text that does not end on its line");
        return false;
    }

    private bool TryEscape(StringBuilder text)
    {
        if (_at >= _source.Length) return false;
        var letter = _source[_at++];
        switch (letter)
        {
            case '"' or '\\' or '/': text.Append(letter); return true;
            case 'a': text.Append('\a'); return true;
            case 'b': text.Append('\b'); return true;
            case 'f': text.Append('\f'); return true;
            case 'n': text.Append('\n'); return true;
            case 'r': text.Append('\r'); return true;
            case 't': text.Append('\t'); return true;
            case 'v': text.Append('\v'); return true;
            case 'u': return TryCode(4, text);
            case 'U': return TryCode(8, text);
            default: return false;
        }
    }

    private bool TryCode(int digits, StringBuilder text)
    {
        if (_source.Length - _at < digits || !uint.TryParse(_source.Slice(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return false;
        _at += digits;
        // Four digits may be half of a pair, as JSON writes them.
        if (digits == 4) text.Append((char)code);
        else if (Rune.TryCreate(code, out var rune)) text.Append(rune.ToString());
        else return false;
        return true;
    }
}
