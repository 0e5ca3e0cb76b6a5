using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Skerry.Api.Filter;

/// <summary>
/// Reads Consul's filter expressions (go-bexpr).
/// <code>
/// or      = and { "or" and }
/// and     = unary { "and" unary }
/// unary   = "not" unary | "(" or ")" | match
/// match   = selector ( "==" | "!=" | ["not"] "contains" | ["not"] "matches" ) value
///         | selector "is" ["not"] "empty"
///         | value ["not"] "in" selector
/// selector = word { "[" quoted "]" }, where a word may hold dots, or begin with "/" and hold slashes
/// </code>
/// </summary>
internal sealed class FilterParser
{
    private const int MaxLength = 4096;
    private const int MaxDepth = 64;

    private readonly List<FilterToken> _tokens;
    private int _next;
    private int _depth;

    private FilterParser(List<FilterToken> tokens) => _tokens = tokens;

    private FilterToken Current => _tokens[_next];

    /// <summary>Reads an expression; false with a text that says where it goes wrong.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FilterExpression? expression, out string error)
    {
        expression = null;
        error = text.Length > MaxLength ? $"longer than {MaxLength} characters" : FilterLexer.TryRead(text, out var tokens) ?? "";
        if (error.Length > 0) return false;
        FilterLexer.TryRead(text, out tokens);
        try
        {
            var parser = new FilterParser(tokens);
            var parsed = parser.Or();
            if (parser.Current.Kind != FilterTokenKind.End) throw parser.Refuse("'and', 'or' or the end");
            expression = parsed;
            return true;
        }
        catch (ApiException refused)
        {
            error = refused.Message;
            return false;
        }
    }

    private FilterExpression Or()
    {
        var left = And();
        while (TakeWord("or")) left = new LogicExpression(false, left, And());
        return left;
    }

    private FilterExpression And()
    {
        var left = Unary();
        while (TakeWord("and")) left = new LogicExpression(true, left, Unary());
        return left;
    }

    private FilterExpression Unary()
    {
        if (++_depth > MaxDepth) throw new ApiException(400, $"nested deeper than {MaxDepth}");
        try
        {
            if (TakeWord("not")) return new NotExpression(Unary());
            if (!TakeSymbol("(")) return Match();
            var inner = Or();
            return TakeSymbol(")") ? inner : throw Refuse("')'");
        }
        finally
        {
            _depth--;
        }
    }

    private FilterExpression Match()
    {
        var first = Current;
        if (first.Kind is FilterTokenKind.Symbol or FilterTokenKind.End) throw Refuse("a selector or a value");
        var after = _tokens[_next + 1];
        if (IsWord(after, "in") || (IsWord(after, "not") && IsWord(_tokens[_next + 2], "in")))
        {
            _next++;
            var negated = TakeWord("not");
            TakeWord("in");
            return Negate(negated, new MatchExpression(Selector(), MatchOperator.Contains, first.Text, null));
        }

        var selector = Selector();
        if (TakeSymbol("==")) return new MatchExpression(selector, MatchOperator.Equal, Value(), null);
        if (TakeSymbol("!=")) return new NotExpression(new MatchExpression(selector, MatchOperator.Equal, Value(), null));
        if (TakeWord("is"))
        {
            var negated = TakeWord("not");
            return TakeWord("empty") ? Negate(negated, new MatchExpression(selector, MatchOperator.Empty, "", null)) : throw Refuse("'empty'");
        }

        var isNot = TakeWord("not");
        if (TakeWord("contains")) return Negate(isNot, new MatchExpression(selector, MatchOperator.Contains, Value(), null));
        if (TakeWord("matches")) return Negate(isNot, Pattern(selector));
        throw Refuse("an operator: '==', '!=', 'is empty', 'in', 'contains', 'matches'");
    }

    private MatchExpression Pattern(ImmutableArray<string> selector)
    {
        var position = Current.Position;
        var text = Value();
        try
        {
            return new MatchExpression(selector, MatchOperator.Matches, text, new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            throw new ApiException(400, $"1:{position + 1}: no regular expression: {refused.Message}");
        }
    }

    private ImmutableArray<string> Selector()
    {
        var token = Current;
        if (token.Kind is FilterTokenKind.Symbol or FilterTokenKind.End) throw Refuse("a selector");
        _next++;
        var path = ImmutableArray.CreateBuilder<string>();
        // A quoted selector is a JSON pointer.
        path.AddRange(token.Text.StartsWith('/') ? token.Text[1..].Split('/') : token.Text.TrimEnd('.').Split('.'));
        while (TakeSymbol("["))
        {
            path.Add(Value());
            if (!TakeSymbol("]")) throw Refuse("']'");
            if (Current is { Kind: FilterTokenKind.Word, Text: ['.', ..] rest })
            {
                _next++;
                path.AddRange(rest[1..].Split('.'));
            }
        }

        return path.ToImmutable();
    }

    private string Value()
    {
        var token = Current;
        if (token.Kind is FilterTokenKind.Symbol or FilterTokenKind.End) throw Refuse("a value");
        _next++;
        return token.Text;
    }

    private bool TakeWord(string word)
    {
        if (!IsWord(Current, word)) return false;
        _next++;
        return true;
    }

    private bool TakeSymbol(string symbol)
    {
        if (Current.Kind != FilterTokenKind.Symbol || Current.Text != symbol) return false;
        _next++;
        return true;
    }

    private static bool IsWord(FilterToken token, string word) => token.Kind == FilterTokenKind.Word && token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static FilterExpression Negate(bool negated, FilterExpression inner) => negated ? new NotExpression(inner) : inner;

    private ApiException Refuse(string expected) =>
        new(400, $"1:{Current.Position + 1}: expected {expected}, found {(Current.Kind == FilterTokenKind.End ? "the end" : $"'{Current.Text}'")}");
}
