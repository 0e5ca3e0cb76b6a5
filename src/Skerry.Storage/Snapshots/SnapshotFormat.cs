using System.Buffers.Binary;
using System.Text;

using Skerry.Primitives;

namespace Skerry.Storage.Snapshots;

/// <summary>
/// A snapshot's bytes; integers are little-endian.
/// <code>
/// head    SKRYSNP, version u8 (1), length of the identity u32, index u64, term u64, the identity, CRC32C u32 of all this
/// block   length u32 (1 .. 65536), CRC32C u32 of the block's number u64 and its bytes, the bytes
/// end     length u32 = 0, CRC32C u32 of the number of blocks u64
/// </code>
/// </summary>
internal static class SnapshotFormat
{
    public const int MaxBlock = 64 << 10;
    public const int BlockHead = 8;
    public const int FixedHead = 28;
    public const int MaxHead = FixedHead + WriteAheadLog.MaxIdentity + sizeof(uint);

    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "SKRYSNP"u8;

    public static byte[] Head(Snapshot snapshot, string identity)
    {
        var name = Encoding.UTF8.GetBytes(identity);
        var head = new byte[FixedHead + name.Length + sizeof(uint)];
        Magic.CopyTo(head);
        head[Magic.Length] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), name.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(12), snapshot.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(20), snapshot.Term);
        name.CopyTo(head, FixedHead);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(FixedHead + name.Length), Crc32C.Of(head.AsSpan(0, FixedHead + name.Length)));
        return head;
    }

    /// <summary>Null when <paramref name="head"/> is the snapshot's; otherwise what is wrong.</summary>
    public static string? Check(ReadOnlySpan<byte> head, Snapshot snapshot, string identity, out int size)
    {
        size = 0;
        if (head.Length < FixedHead || !head[..Magic.Length].SequenceEqual(Magic)) return "it does not begin as a snapshot does";
        if (head[Magic.Length] != Version) return $"it has version {head[Magic.Length]}, and this program reads version {Version}";
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        if (length < 0 || length > head.Length - FixedHead - sizeof(uint)) return "its head is damaged";
        size = FixedHead + length + sizeof(uint);
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[(size - sizeof(uint))..]) != Crc32C.Of(head[..(size - sizeof(uint))])) return "its head is damaged";
        var owner = Encoding.UTF8.GetString(head.Slice(FixedHead, length));
        if (owner != identity) return $"it belongs to '{owner}', and this is '{identity}'";
        var found = new Snapshot(BinaryPrimitives.ReadUInt64LittleEndian(head[12..]), BinaryPrimitives.ReadUInt64LittleEndian(head[20..]));
        return found == snapshot ? null : $"it holds index {found.Index} of term {found.Term}, which is not what its name says";
    }

    public static uint Checksum(ulong block, ReadOnlySpan<byte> bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, block);
        return ~Crc32C.Add(Crc32C.Add(Crc32C.Seed, number), bytes);
    }
}
