namespace Skerry.Manifest.Core;

/// <summary>A session with what it holds.</summary>
internal sealed class Session(ManifestSession data)
{
    public ManifestSession Data { get; } = data;

    /// <summary>When it ends, in milliseconds of the log's time; <see cref="long.MaxValue"/> is never.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    public HashSet<KeyRecord> Keys { get; } = [];

    public IEnumerable<KeyRecord> KeysInOrder => Keys.Order(Comparer<KeyRecord>.Create(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key)));

    public ulong Hash
    {
        get
        {
            var hash = StateHash.Mix(StateHash.Mix((ulong)Deadline, Data.LockDelay), (Data.Ttl << 1) | (long)Data.Behavior);
            hash = StateHash.Mix(StateHash.Mix(hash, Data.CreateRevision), Data.Index);
            foreach (var text in (string[])[Data.Id, Data.Name, Data.Node, .. Data.Checks, .. Data.ServiceChecks]) hash = StateHash.Mix(hash, System.Text.Encoding.UTF8.GetBytes(text));
            return hash;
        }
    }
}
