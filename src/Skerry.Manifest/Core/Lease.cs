namespace Skerry.Manifest.Core;

/// <summary>A promise to keep keys for a time, unless renewed.</summary>
internal sealed class Lease(long id, long seconds)
{
    public long Id { get; } = id;

    /// <summary>What a renewal gives it, in seconds.</summary>
    public long Seconds { get; } = seconds;

    /// <summary>When it ends, in milliseconds of the log's time.</summary>
    public long Deadline { get; set; }

    public HashSet<KeyRecord> Keys { get; } = [];

    public IEnumerable<KeyRecord> KeysInOrder => Keys.Order(Comparer<KeyRecord>.Create(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key)));

    public ulong Hash => StateHash.Mix(StateHash.Mix((ulong)Id, Seconds), Deadline);
}
