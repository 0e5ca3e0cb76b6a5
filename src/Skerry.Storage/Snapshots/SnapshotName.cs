using System.Globalization;

namespace Skerry.Storage.Snapshots;

/// <summary>Names of snapshots: <c>snapshot-INDEX-TERM</c>; <c>.new</c> behind it while it is being written, <c>.corrupt</c> when it was set aside.</summary>
internal static class SnapshotName
{
    public const string Unfinished = ".new";
    public const string Damaged = ".corrupt";

    private const string Prefix = "snapshot-";

    public static string Of(Snapshot snapshot) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{snapshot.Index:D20}-{snapshot.Term:D20}");

    public static bool IsUnfinished(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Unfinished, StringComparison.Ordinal);

    public static bool TryParse(string name, out Snapshot snapshot)
    {
        snapshot = default;
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var numbers = name[Prefix.Length..].Split('-');
        if (numbers.Length != 2
            || !ulong.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !ulong.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var term)) return false;
        snapshot = new Snapshot(index, term);
        return name == Of(snapshot);
    }
}
