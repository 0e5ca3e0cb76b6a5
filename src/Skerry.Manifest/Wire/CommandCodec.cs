using System.Buffers;
using System.Buffers.Binary;

using Skerry.Manifest.Core;

namespace Skerry.Manifest.Wire;

/// <summary>
/// Commands to bytes and back.
/// <code>
/// format u8 = 1 | stamp i64 | client u64 | sequence u64 | settled u64 | kind u8 | what the kind has
/// </code>
/// Fixed numbers are little-endian. The stamp has a fixed place, since the leader writes it last (<see cref="Stamp"/>).
/// </summary>
internal static class CommandCodec
{
    /// <summary>Nested transactions a command may hold: each level spends an operation of <see cref="ManifestLimits.MaxTransactionOps"/>.</summary>
    private const int MaxDepth = ManifestLimits.MaxTransactionOps + 1;

    private const byte Format = 1;
    private const int StampAt = 1;
    private const int HeaderSize = 1 + (4 * 8);

    public static byte[] Encode(in Command command)
    {
        var buffer = new ArrayBufferWriter<byte>(command.Body is PutOp put ? HeaderSize + 24 + put.Key.Length + put.Value.Length : 256);
        var target = new CommandWriter(buffer);
        target.Byte(Format);
        target.Fixed((ulong)command.Stamp);
        target.Fixed(command.Request.Client);
        target.Fixed(command.Request.Sequence);
        target.Fixed(command.Request.Settled);
        Write(target, command.Body);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Puts the leader's time into a command that is about to be appended.</summary>
    public static bool Stamp(Span<byte> command, long stamp)
    {
        if (command.Length < HeaderSize || command[0] != Format) return false;
        BinaryPrimitives.WriteInt64LittleEndian(command[StampAt..], stamp);
        return true;
    }

    /// <summary>Whose request a command is, without reading the rest.</summary>
    public static RequestId Request(ReadOnlySpan<byte> command)
    {
        if (command.Length < HeaderSize || command[0] != Format) return default;
        var at = command[(StampAt + 8)..];
        return new RequestId(BinaryPrimitives.ReadUInt64LittleEndian(at), BinaryPrimitives.ReadUInt64LittleEndian(at[8..]), BinaryPrimitives.ReadUInt64LittleEndian(at[16..]));
    }

    public static bool TryDecode(ReadOnlySpan<byte> source, out Command command)
    {
        command = default;
        var reader = new CommandReader(source);
        if (reader.Byte() != Format) return false;
        var stamp = (long)reader.Fixed();
        var request = new RequestId(reader.Fixed(), reader.Fixed(), reader.Fixed());
        var body = ReadBody(ref reader);
        // Time of the log counts from the group's birth: what is beyond a thousand years is damage, and would end every lease.
        if (body is null || reader.Failed || !reader.IsAtEnd || stamp is < 0 or > 31_557_600_000_000) return false;
        command = new Command(stamp, request, body);
        return true;
    }

    private static void Write(CommandWriter target, object body)
    {
        switch (body)
        {
            case ManifestOp op: OpCodec.Write(target, op); break;
            case CompactBody compact:
                target.Byte((byte)CommandKind.Compact);
                target.Signed(compact.Revision);
                break;
            case GrantBody grant:
                target.Byte((byte)CommandKind.Grant);
                target.Signed(grant.Id);
                target.Signed(grant.Seconds);
                break;
            case RevokeBody revoke:
                target.Byte((byte)CommandKind.Revoke);
                target.Signed(revoke.Id);
                break;
            case RenewBody renew: WriteIds(target, CommandKind.Renew, renew.Ids); break;
            case ExpireBody expire: WriteIds(target, CommandKind.Expire, expire.Ids); break;
            case AlarmBody alarm:
                target.Byte((byte)CommandKind.Alarm);
                target.Flags(alarm.IsRaised);
                target.Number(alarm.Alarm.Member);
                target.Number((ulong)alarm.Alarm.Kind);
                break;
            case RestorePartBody part:
                target.Byte((byte)CommandKind.RestorePart);
                target.Fixed(part.Id);
                target.Signed(part.Offset);
                target.Flags(part.IsLast);
                target.Bytes(part.Bytes.Span);
                break;
            default: SessionCodec.Write(target, body); break;
        }
    }

    private static void WriteIds(CommandWriter target, CommandKind kind, IReadOnlyList<long> ids)
    {
        target.Byte((byte)kind);
        target.Number((ulong)ids.Count);
        foreach (var id in ids) target.Signed(id);
    }

    private static object? ReadBody(ref CommandReader reader)
    {
        var kind = (CommandKind)reader.Byte();
        switch (kind)
        {
            case CommandKind.Range or CommandKind.Put or CommandKind.Delete or CommandKind.Txn or CommandKind.Lock or CommandKind.Sequence: return OpCodec.Read(ref reader, kind, MaxDepth);
            case CommandKind.Compact: return new CompactBody(reader.Signed());
            case CommandKind.Grant: return new GrantBody(reader.Signed(), reader.Signed());
            case CommandKind.Revoke: return new RevokeBody(reader.Signed());
            case CommandKind.Renew: return new RenewBody(ReadIds(ref reader));
            case CommandKind.Expire: return new ExpireBody(ReadIds(ref reader));
            case CommandKind.Alarm:
                var isRaised = reader.Byte() == 1;
                var (member, alarm) = (reader.Number(), reader.Number());
                if (alarm > (ulong)AlarmKind.Corrupt) reader.Fail();
                return new AlarmBody(isRaised, new ManifestAlarm(member, (AlarmKind)alarm));
            case CommandKind.RestorePart: return new RestorePartBody(reader.Fixed(), reader.Signed(), reader.Byte() == 1, reader.Bytes());
            default: return SessionCodec.Read(ref reader, kind);
        }
    }

    private static long[] ReadIds(ref CommandReader reader)
    {
        var ids = new long[reader.Count()];
        for (var i = 0; i < ids.Length; i++) ids[i] = reader.Signed();
        return ids;
    }
}
