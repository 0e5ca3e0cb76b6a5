namespace Skerry.Storage;

/// <summary>A state as it stood after an entry of the log.</summary>
/// <param name="Index">Index of the last entry in it.</param>
/// <param name="Term">That entry's term.</param>
public readonly record struct Snapshot(ulong Index, ulong Term) : IComparable<Snapshot>
{
    /// <summary>By index, then term.</summary>
    public int CompareTo(Snapshot other) => Index != other.Index ? Index.CompareTo(other.Index) : Term.CompareTo(other.Term);

    /// <summary>Whether <paramref name="left"/> is older than <paramref name="right"/>.</summary>
    public static bool operator <(Snapshot left, Snapshot right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is newer than <paramref name="right"/>.</summary>
    public static bool operator >(Snapshot left, Snapshot right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is not newer than <paramref name="right"/>.</summary>
    public static bool operator <=(Snapshot left, Snapshot right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is not older than <paramref name="right"/>.</summary>
    public static bool operator >=(Snapshot left, Snapshot right) => left.CompareTo(right) >= 0;
}
