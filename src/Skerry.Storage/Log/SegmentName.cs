using System.Globalization;

namespace Skerry.Storage.Log;

/// <summary>Names of a log's files: <c>log-NUMBER</c>, numbered from 1 without gaps; <c>.new</c> behind it while it is being made.</summary>
internal static class SegmentName
{
    private const string Prefix = "log-";

    /// <summary>Behind the name of what is not whole yet.</summary>
    public const string Unfinished = ".new";

    /// <summary>One that was made ahead of its time: its number comes when it is used.</summary>
    public const string Spare = Prefix + "spare" + Unfinished;

    public static string Of(ulong number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D16}");

    public static bool IsUnfinished(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Unfinished, StringComparison.Ordinal);

    public static bool TryParse(string name, out ulong number)
    {
        number = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && name == Of(number);
    }
}
