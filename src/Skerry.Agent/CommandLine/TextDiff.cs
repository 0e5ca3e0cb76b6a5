using System.Globalization;
using System.Text;

namespace Skerry.Agent.CommandLine;

/// <summary>The difference of two texts in the form that <c>diff -u</c> has, line by line with three lines around each change.</summary>
internal static class TextDiff
{
    private const int Context = 3;

    /// <summary>Cells of the table of common lines, 16 MB: beyond it, all of one text is replaced by all of the other.</summary>
    private const long MaxCells = 4_000_000;

    /// <summary>The difference; empty where there is none.</summary>
    /// <param name="before">The one text, with what it is called.</param>
    /// <param name="after">The other.</param>
    public static string Of((string Name, string Text) before, (string Name, string Text) after)
    {
        if (before.Text == after.Text) return "";
        var lines = Compare(Lines(before.Text), Lines(after.Text));
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"--- {before.Name}\n+++ {after.Name}\n");
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Mark == ' ') continue;
            var from = Math.Max(0, i - Context);
            var to = EndOf(lines, i);
            Hunk(text, lines, from, to);
            i = to;
        }

        return text.ToString();
    }

    /// <summary>One line beyond the last of a hunk whose first change is given: changes closer than twice the context share one.</summary>
    private static int EndOf(List<(char Mark, string Line)> lines, int change)
    {
        var last = change;
        for (var i = change; i < lines.Count && i <= last + (2 * Context) + 1; i++)
        {
            if (lines[i].Mark != ' ') last = i;
        }

        return Math.Min(lines.Count, last + Context + 1);
    }

    private static void Hunk(StringBuilder text, List<(char Mark, string Line)> lines, int from, int to)
    {
        var (left, right) = (Count(lines, 0, from, '-'), Count(lines, 0, from, '+'));
        var (removed, added) = (Count(lines, from, to, '-'), Count(lines, from, to, '+'));
        text.Append(CultureInfo.InvariantCulture, $"@@ -{(removed == 0 ? left : left + 1)},{removed} +{(added == 0 ? right : right + 1)},{added} @@\n");
        for (var i = from; i < to; i++) text.Append(lines[i].Mark).Append(lines[i].Line).Append('\n');
    }

    /// <summary>Lines that one of the texts has.</summary>
    private static int Count(List<(char Mark, string Line)> lines, int from, int to, char mark) => lines.Take(to).Skip(from).Count(line => line.Mark == ' ' || line.Mark == mark);

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    /// <summary>All lines of both, the longest sequence that they have in common unmarked.</summary>
    private static List<(char Mark, string Line)> Compare(string[] before, string[] after)
    {
        if ((long)before.Length * after.Length > MaxCells) return [.. before.Select(line => ('-', line)), .. after.Select(line => ('+', line))];
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--) common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = new List<(char Mark, string Line)>();
        for (int i = 0, j = 0; i < before.Length || j < after.Length;)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                lines.Add((' ', before[i++]));
                j++;
            }
            else if (j == after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(('-', before[i++]));
            }
            else
            {
                lines.Add(('+', after[j++]));
            }
        }

        return lines;
    }
}
