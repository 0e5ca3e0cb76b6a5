using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Skerry.Gossip.Wire;

/// <summary>
/// The regular expressions of query filters: RE2's syntax, not anchored, matched in linear time. They come from any member of the group,
/// so what RE2 would refuse (lookaround, back references, counts above 1,000) is refused here too, and the size is bounded.
/// Known differences: <c>\b</c> looks at letters of all scripts, Unicode scripts such as <c>\p{Greek}</c> are not known, and a character
/// beyond U+FFFF is two to <c>.</c>.
/// </summary>
internal static class Re2Pattern
{
    /// <summary>Characters in an expression: a whole encoded query may be 1,024 bytes.</summary>
    public const int MaxLength = 1024;

    /// <summary>A matcher for an expression.</summary>
    /// <returns>False when the expression is malformed, too large, or beyond what RE2 allows.</returns>
    public static bool TryCreate(string expression, [NotNullWhen(true)] out Regex? regex)
    {
        regex = null;
        if (expression.Length > MaxLength || !new Re2Translator(expression).TryTranslate(out var translated)) return false;
        try
        {
            regex = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // What the translator lets through and .NET does not know, such as the name of a Unicode script.
            return false;
        }
    }
}
