using System.Buffers.Binary;

using Google.Protobuf;

using Skerry.Raft.Core;

namespace Skerry.Raft.Wire;

/// <summary>Entries and appends to the bytes that raft.proto's generated code would make of them, without its objects.</summary>
internal static class AppendCodec
{
    /// <summary>Bytes of what stands before an entry's data, at most.</summary>
    public const int MaxHead = 3 * (1 + 10);

    // Tags: the field's number times eight, and how its value is laid out.
    private const byte From = (1 << 3) | 1;
    private const byte To = (2 << 3) | 1;
    private const byte Term = 3 << 3;
    private const byte Body = (8 << 3) | 2;
    private const byte PreviousIndex = 1 << 3;
    private const byte PreviousTerm = 2 << 3;
    private const byte Entries = (3 << 3) | 2;
    private const byte Commit = 4 << 3;
    private const byte Round = 5 << 3;
    private const byte EntryTerm = 1 << 3;
    private const byte EntryKind = 2 << 3;
    private const byte EntryData = (3 << 3) | 2;

    /// <summary>Writes what stands before the data of an entry that has no configuration: with its data behind it, it is the whole entry.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteHead(RaftEntry entry, Span<byte> target)
    {
        var length = ProtoBytes.WriteField(target, EntryTerm, entry.Term);
        length += ProtoBytes.WriteField(target[length..], EntryKind, (ulong)entry.Kind);
        return length + ProtoBytes.WriteField(target[length..], EntryData, (ulong)entry.Data.Length);
    }

    /// <summary>Bytes of an append.</summary>
    public static int SizeOf(Append append, out int body)
    {
        body = ProtoBytes.SizeOfField(append.PreviousIndex) + ProtoBytes.SizeOfField(append.PreviousTerm) + ProtoBytes.SizeOfField(append.Commit) + ProtoBytes.SizeOfField(append.Round);
        foreach (var entry in append.Entries)
        {
            var size = SizeOf(entry);
            body += 1 + ProtoBytes.SizeOf((ulong)size) + size;
        }

        return SizeOfId(append.From) + SizeOfId(append.To) + ProtoBytes.SizeOfField(append.Term) + 1 + ProtoBytes.SizeOf((ulong)body) + body;
    }

    /// <summary>Writes an append.</summary>
    /// <param name="append">It.</param>
    /// <param name="body">As <see cref="SizeOf(Append, out int)"/> gave it.</param>
    /// <param name="target">As long as that said.</param>
    public static void Write(Append append, int body, Span<byte> target)
    {
        var at = WriteId(target, From, append.From);
        at += WriteId(target[at..], To, append.To);
        at += ProtoBytes.WriteField(target[at..], Term, append.Term);
        at += ProtoBytes.Write(target[at..], Body, (ulong)body);
        at += ProtoBytes.WriteField(target[at..], PreviousIndex, append.PreviousIndex);
        at += ProtoBytes.WriteField(target[at..], PreviousTerm, append.PreviousTerm);
        foreach (var entry in append.Entries)
        {
            at += ProtoBytes.Write(target[at..], Entries, (ulong)SizeOf(entry));
            at += Write(entry, target[at..]);
        }

        at += ProtoBytes.WriteField(target[at..], Commit, append.Commit);
        ProtoBytes.WriteField(target[at..], Round, append.Round);
    }

    private static int SizeOf(RaftEntry entry)
    {
        if (entry.Configuration is not null) return EntryCodec.ToBody(entry).CalculateSize();
        var data = entry.Data.Length;
        return ProtoBytes.SizeOfField(entry.Term) + ProtoBytes.SizeOfField((ulong)entry.Kind) + ProtoBytes.SizeOfField((ulong)data) + data;
    }

    private static int Write(RaftEntry entry, Span<byte> target)
    {
        if (entry.Configuration is not null)
        {
            var whole = EntryCodec.ToBody(entry);
            var size = whole.CalculateSize();
            whole.WriteTo(target[..size]);
            return size;
        }

        var head = WriteHead(entry, target);
        entry.Data.Span.CopyTo(target[head..]);
        return head + entry.Data.Length;
    }

    private static int SizeOfId(ulong id) => id == 0 ? 0 : 1 + sizeof(ulong);

    private static int WriteId(Span<byte> target, byte tag, ulong id)
    {
        if (id == 0) return 0;
        target[0] = tag;
        BinaryPrimitives.WriteUInt64LittleEndian(target[1..], id);
        return 1 + sizeof(ulong);
    }
}
