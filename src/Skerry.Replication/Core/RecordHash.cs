namespace Skerry.Replication.Core;

/// <summary>64-bit hashes that are the same on every node: FNV-1a over the parts, then a finaliser (MurmurHash3's) so that exclusive or mixes well.</summary>
internal static class RecordHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Of a record's identity and version; the payload follows from these.</summary>
    public static ulong Of(Record record)
    {
        var hash = Add(Add(Add(Offset, record.Owner), record.Kind), record.Id);
        for (var shift = 0; shift < 64; shift += 8) hash = (hash ^ (byte)(record.Version >> shift)) * Prime;
        return Finish(hash);
    }

    /// <summary>Of an owner's digest, for the digest over all owners.</summary>
    public static ulong Of(string owner, ulong digest) => Finish(Add(Offset, owner) ^ digest);

    private static ulong Add(ulong hash, string text)
    {
        foreach (var unit in text)
        {
            hash = (hash ^ (byte)unit) * Prime;
            hash = (hash ^ (byte)(unit >> 8)) * Prime;
        }

        return (hash ^ 0xFF) * Prime;
    }

    private static ulong Finish(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCD;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
