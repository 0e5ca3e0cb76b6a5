namespace Skerry.Agent.Configuration.Schema;

/// <summary>Grammar of messages.</summary>
internal static class Wording
{
    public static string WithArticle(this string noun) => ("aeiouAEIOU".Contains(noun[0], StringComparison.Ordinal) ? "an " : "a ") + noun;

    public static string Plural(this string noun) =>
        noun.Split(' ', 2) is [var first, var rest] && rest.StartsWith("of ", StringComparison.Ordinal) ? $"{first.Plural()} {rest}"
        : noun.EndsWith('y') ? noun[..^1] + "ies"
        : noun.EndsWith('s') ? noun + "es"
        : noun + "s";
}
