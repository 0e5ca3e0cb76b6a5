using System.Numerics;
using System.Runtime.InteropServices;

namespace Skerry.Replication.Core;

/// <summary>Hashes that are the same on every node: FNV-1a over the parts, then a finaliser (MurmurHash3's) so that exclusive or mixes well.</summary>
internal static class RecordHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Of a record's identity, version and payload.</summary>
    public static ulong Of(Record record, uint checksum)
    {
        var hash = Add(Add(Add(Offset, record.Owner), record.Kind), record.Id);
        for (var shift = 0; shift < 64; shift += 8) hash = (hash ^ (byte)(record.Version >> shift)) * Prime;
        for (var shift = 0; shift < 32; shift += 8) hash = (hash ^ (byte)(checksum >> shift)) * Prime;
        return Finish(hash);
    }

    /// <summary>Of an owner's digest, for the digest over all owners.</summary>
    public static ulong Of(string owner, ulong digest) => Finish(Add(Offset, owner) ^ digest);

    /// <summary>CRC32C of a payload; 0 for none.</summary>
    public static uint Checksum(ReadOnlyMemory<byte>? payload)
    {
        if (payload is not { } present) return 0;
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(present.Span);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var value in present.Span[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

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
