using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

using Skerry.Primitives;
using Skerry.Replication.Core;

namespace Skerry.Replication.Wire;

/// <summary>
/// Bytes of replication's messages, little-endian. Text: u16 length, UTF-8. List: u32 count, items.
/// <code>
/// message   version u8 (1), type u8, from text, then
///  1 Push         ticket u64, records
///  2 PushAck      ticket u64
///  3 RootDigest   digest u64
///  4 OwnerDigests list of { owner text, digest u64 }, no owner twice
///  5 Versions     list of owner text, names
///  6 Want         names
///  7 Repair       records
/// records   list of { owner, kind, id text, version u64, state u8: 0 withdrawn, age u32 in milliseconds; 1 said, u32 length, payload }
/// names     list of { owner, kind, id text, version u64, checksum u32 }, none twice
/// </code>
/// </summary>
internal static class ReplicationCodec
{
    private const byte Version = 1;
    private const byte Withdrawn = 0;
    private const byte Said = 1;

    public static byte[] Encode(ReplicationMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Byte(buffer, Version);
        Byte(buffer, TypeOf(message));
        Text(buffer, message.From);
        switch (message)
        {
            case Push push:
                UInt64(buffer, push.Ticket);
                List(buffer, push.Records, WriteRecord);
                break;
            case PushAck ack:
                UInt64(buffer, ack.Ticket);
                break;
            case RootDigest root:
                UInt64(buffer, root.Digest);
                break;
            case OwnerDigests digests:
                List(buffer, digests.Owners, (to, owner) =>
                {
                    Text(to, owner.Owner);
                    UInt64(to, owner.Digest);
                });
                break;
            case Versions versions:
                List(buffer, versions.Owners, Text);
                List(buffer, versions.Known, WriteKnown);
                break;
            case Want want:
                List(buffer, want.Names, WriteKnown);
                break;
            case Repair repair:
                List(buffer, repair.Records, WriteRecord);
                break;
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a message; false for anything that is not wholly one. Never throws.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out ReplicationMessage? message)
    {
        var reader = new ReplicationReader(source);
        var version = reader.Byte();
        var type = reader.Byte();
        var from = reader.Text();
        message = version != Version ? null : type switch
        {
            1 => new Push(from, reader.UInt64(), ReadRecords(ref reader)),
            2 => new PushAck(from, reader.UInt64()),
            3 => new RootDigest(from, reader.UInt64()),
            4 => new OwnerDigests(from, ReadDigests(ref reader)),
            5 => new Versions(from, ReadTexts(ref reader), ReadKnown(ref reader)),
            6 => new Want(from, ReadKnown(ref reader)),
            7 => new Repair(from, ReadRecords(ref reader)),
            _ => null,
        };
        if (reader.Failed || reader.Remaining != 0) message = null;
        return message is not null;
    }

    private static byte TypeOf(ReplicationMessage message) => message switch
    {
        Push => 1,
        PushAck => 2,
        RootDigest => 3,
        OwnerDigests => 4,
        Versions => 5,
        Want => 6,
        Repair => 7,
        _ => throw new InvariantException($"A message of type {message.GetType().Name} has no number"),
    };

    private static void WriteRecord(ArrayBufferWriter<byte> buffer, CarriedRecord carried)
    {
        var record = carried.Record;
        Text(buffer, record.Owner);
        Text(buffer, record.Kind);
        Text(buffer, record.Id);
        UInt64(buffer, record.Version);
        if (record.Payload is not { } payload)
        {
            Byte(buffer, Withdrawn);
            UInt32(buffer, (uint)Math.Clamp(carried.Age.TotalMilliseconds, 0, uint.MaxValue));
            return;
        }

        Byte(buffer, Said);
        UInt32(buffer, (uint)payload.Length);
        buffer.Write(payload.Span);
    }

    private static void WriteKnown(ArrayBufferWriter<byte> buffer, KnownVersion known)
    {
        Text(buffer, known.Owner);
        Text(buffer, known.Kind);
        Text(buffer, known.Id);
        UInt64(buffer, known.Version);
        UInt32(buffer, known.Checksum);
    }

    private static ImmutableArray<CarriedRecord> ReadRecords(ref ReplicationReader reader)
    {
        // The smallest record: three empty texts, a version, a state, a length.
        var items = ImmutableArray.CreateBuilder<CarriedRecord>(reader.Count(smallest: 19));
        for (var left = items.Capacity; left > 0 && !reader.Failed; left--)
        {
            var (owner, kind, id, version) = (reader.Text(), reader.Text(), reader.Text(), reader.RecordVersion());
            ReadOnlyMemory<byte>? payload = null;
            var age = TimeSpan.Zero;
            switch (reader.Byte())
            {
                case Withdrawn: age = TimeSpan.FromMilliseconds(reader.UInt32()); break;
                case Said: payload = reader.Bytes(Record.MaxPayload); break;
                default: reader.Fail(); break;
            }

            items.Add(new CarriedRecord(new Record(owner, kind, id, version, payload), age));
        }

        return items.ToImmutable();
    }

    private static ImmutableArray<OwnerDigest> ReadDigests(ref ReplicationReader reader)
    {
        var items = ImmutableArray.CreateBuilder<OwnerDigest>(reader.Count(smallest: 10));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var left = items.Capacity; left > 0 && !reader.Failed; left--)
        {
            items.Add(new OwnerDigest(reader.Text(), reader.UInt64()));
            if (!seen.Add(items[^1].Owner)) reader.Fail();
        }

        return items.ToImmutable();
    }

    private static ImmutableArray<string> ReadTexts(ref ReplicationReader reader)
    {
        var items = ImmutableArray.CreateBuilder<string>(reader.Count(smallest: 2));
        for (var left = items.Capacity; left > 0 && !reader.Failed; left--) items.Add(reader.Text());
        return items.ToImmutable();
    }

    private static ImmutableArray<KnownVersion> ReadKnown(ref ReplicationReader reader)
    {
        var items = ImmutableArray.CreateBuilder<KnownVersion>(reader.Count(smallest: 18));
        var seen = new HashSet<(string, string, string)>();
        for (var left = items.Capacity; left > 0 && !reader.Failed; left--)
        {
            items.Add(new KnownVersion(reader.Text(), reader.Text(), reader.Text(), reader.RecordVersion(), reader.UInt32()));
            if (!seen.Add((items[^1].Owner, items[^1].Kind, items[^1].Id))) reader.Fail();
        }

        return items.ToImmutable();
    }

    private static void List<T>(ArrayBufferWriter<byte> buffer, ImmutableArray<T> items, Action<ArrayBufferWriter<byte>, T> write)
    {
        UInt32(buffer, (uint)items.Length);
        foreach (var item in items) write(buffer, item);
    }

    private static void Text(ArrayBufferWriter<byte> buffer, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var span = buffer.GetSpan(2 + length);
        BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)length);
        Encoding.UTF8.GetBytes(text, span[2..]);
        buffer.Advance(2 + length);
    }

    private static void Byte(ArrayBufferWriter<byte> buffer, byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }

    private static void UInt32(ArrayBufferWriter<byte> buffer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private static void UInt64(ArrayBufferWriter<byte> buffer, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }
}
