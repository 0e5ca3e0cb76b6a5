namespace Skerry.Agent.Configuration.Schema;

/// <summary>Finds the word somebody meant.</summary>
internal static class Spelling
{
    /// <summary><c>; did you mean 'bind'?</c>, or nothing when no word is near.</summary>
    public static string DidYouMean(string word, IEnumerable<string> known) => Nearest(word, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    /// <summary>The known word nearest to a mistyped one; null when none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var folded = Fold(word);
        // A third of the letters may be wrong: enough for slips, too few to turn one word into another.
        var limit = Math.Max(1, folded.Length / 3);
        return known
            .Select(candidate => (candidate, distance: IsAbbreviation(folded, Fold(candidate)) ? 1 : Distance(folded, Fold(candidate))))
            .Where(entry => entry.distance <= limit)
            .OrderBy(entry => entry.distance).ThenBy(entry => entry.candidate, StringComparer.Ordinal)
            .Select(entry => entry.candidate)
            .FirstOrDefault();
    }

    private static bool IsAbbreviation(string folded, string candidate) => folded.Length >= 3 && candidate.StartsWith(folded, StringComparison.Ordinal);

    /// <summary>Case and word separators are habits of other programs: <c>data_dir</c>, <c>data-dir</c>, <c>DataDir</c>.</summary>
    private static string Fold(string word) => word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Insertions, deletions, replacements and swaps of neighbours from one word to the other (Damerau, restricted).</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[left.Length, right.Length];
    }
}
