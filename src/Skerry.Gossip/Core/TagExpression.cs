using System.Text.RegularExpressions;

namespace Skerry.Gossip.Core;

/// <summary>The regular expressions of query filters: Go's RE2, not anchored, matched in linear time.</summary>
internal static class TagExpression
{
    /// <summary>Longer expressions match nothing: building them would cost more than a filter is worth.</summary>
    private const int MaxLength = 256;

    /// <summary>Whether a value matches; an expression that cannot be read matches nothing.</summary>
    public static bool Matches(string expression, string value)
    {
        if (expression.Length > MaxLength) return false;
        try
        {
            var translated = expression.Replace("(?P<", "(?<", StringComparison.Ordinal);
            return Regex.IsMatch(value, translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
