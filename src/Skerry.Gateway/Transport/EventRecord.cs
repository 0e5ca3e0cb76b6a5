using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Skerry.Gateway.Transport;

/// <summary>
/// <c>struct epoll_event</c>: 32 bits of events, then 64 bits of the caller's. On x86-64 the kernel packs it into 12 bytes; elsewhere the second field is aligned.
/// </summary>
internal static class EventRecord
{
    public static int Size { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static int KeyOffset => Size - sizeof(ulong);

    public static void Write(Span<byte> record, uint events, ulong key)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, events);
        BinaryPrimitives.WriteUInt64LittleEndian(record[KeyOffset..], key);
    }

    public static (uint Events, ulong Key) Read(ReadOnlySpan<byte> record) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(record), BinaryPrimitives.ReadUInt64LittleEndian(record[KeyOffset..]));
}
