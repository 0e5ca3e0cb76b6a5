namespace Skerry.Agent.Configuration.Schema;

/// <summary>Grammar of messages.</summary>
internal static class Wording
{
    public static string WithArticle(this string noun) => ("aeiouAEIOU".Contains(noun[0], StringComparison.Ordinal) ? "an " : "a ") + noun;

    public static string Plural(this string noun) => noun.EndsWith('y') ? noun[..^1] + "ies" : noun.EndsWith('s') ? noun + "es" : noun + "s";
}
