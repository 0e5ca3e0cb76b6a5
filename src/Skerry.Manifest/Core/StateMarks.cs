namespace Skerry.Manifest.Core;

/// <summary>
/// Hashes of the state at fixed places of the log, every <see cref="Interval"/> entries: replicas that are not equally far can be compared by them. The newest <see cref="Capacity"/> are
/// kept, 64 KiB in all; a replica that is further behind than a quarter of a million entries is compared when it has come nearer.
/// </summary>
internal sealed class StateMarks
{
    public const ulong Interval = 64;

    public const int Capacity = 4096;

    private readonly (ulong Index, ulong Hash)[] _marks = new (ulong, ulong)[Capacity];

    /// <summary>The newest place, and the hash of the state after it; an index of 0: none yet.</summary>
    public (ulong Index, ulong Hash) Newest { get; private set; }

    /// <summary>The place that lies between two commands, on the first or behind it, that follow each other; 0: there is none.</summary>
    public static ulong Between(ulong applied, ulong next)
    {
        if (next == 0) return 0;
        var place = (next - 1) / Interval * Interval;
        return place >= applied ? place : 0;
    }

    public void Add(ulong index, ulong hash)
    {
        _marks[Slot(index)] = (index, hash);
        Newest = (index, hash);
    }

    /// <summary>The hash at a place, if it is remembered.</summary>
    public ulong? Find(ulong index) => index != 0 && _marks[Slot(index)] is var mark && mark.Index == index ? mark.Hash : null;

    private static int Slot(ulong index) => (int)(index / Interval % Capacity);
}
