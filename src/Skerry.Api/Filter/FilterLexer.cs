using System.Text;

namespace Skerry.Api.Filter;

/// <summary>Splits a filter expression into words.</summary>
internal static class FilterLexer
{
    private const string Symbols = "()[]";

    /// <summary>The words, the last of them <see cref="FilterTokenKind.End"/>; an error text when a character has no place.</summary>
    public static string? TryRead(string text, out List<FilterToken> tokens)
    {
        tokens = [];
        for (var i = 0; i < text.Length;)
        {
            var letter = text[i];
            if (char.IsWhiteSpace(letter))
            {
                i++;
            }
            else if (letter is '"' or '`')
            {
                var value = new StringBuilder();
                var start = i++;
                for (; i < text.Length && text[i] != letter; i++)
                {
                    if (letter == '"' && text[i] == '\\' && i + 1 < text.Length) i++;
                    value.Append(text[i]);
                }

                if (i == text.Length) return $"1:{start + 1}: the quoted value does not end";
                i++;
                tokens.Add(new FilterToken(FilterTokenKind.Quoted, value.ToString(), start));
            }
            else if (i + 1 < text.Length && text.AsSpan(i, 2) is "==" or "!=")
            {
                tokens.Add(new FilterToken(FilterTokenKind.Symbol, text.Substring(i, 2), i));
                i += 2;
            }
            else if (Symbols.Contains(letter, StringComparison.Ordinal))
            {
                tokens.Add(new FilterToken(FilterTokenKind.Symbol, letter.ToString(), i++));
            }
            else if (IsWord(letter))
            {
                var start = i;
                while (i < text.Length && IsWord(text[i])) i++;
                tokens.Add(new FilterToken(FilterTokenKind.Word, text[start..i], start));
            }
            else
            {
                return $"1:{i + 1}: unexpected '{letter}'";
            }
        }

        tokens.Add(new FilterToken(FilterTokenKind.End, "", text.Length));
        return null;
    }

    private static bool IsWord(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/' or ':' or '~' or '*' or '+' or '@';
}
