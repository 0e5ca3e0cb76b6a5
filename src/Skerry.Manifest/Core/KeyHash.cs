namespace Skerry.Manifest.Core;

/// <summary>A hash over the states that are kept between a compaction and a revision; which memory has been freed makes no difference.</summary>
internal struct KeyHash(long compacted, long revision) : IKeyVisitor
{
    private ulong _hash;

    public static uint Of(KeyNode root, long compacted, long revision)
    {
        var hash = new KeyHash(compacted, revision);
        KeyTree.Visit(root, KeyRange.All, ref hash);
        return (uint)(hash._hash ^ (hash._hash >> 32));
    }

    public bool Visit(KeyRecord record)
    {
        for (var version = record.Head; version is not null; version = version.Older)
        {
            if (version.ModRevision > revision) continue;
            var isOldest = version.ModRevision <= compacted;
            if (!isOldest || !version.IsDeletion || version.ModRevision == compacted) _hash = StateHash.Mix(_hash, version.Hash);
            if (isOldest) break;
        }

        return true;
    }
}
