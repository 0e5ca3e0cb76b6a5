using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Skerry.Libp2p.Wire;

/// <summary>
/// Messages of multicast DNS as bytes (RFC 1035, section 4.1; RFC 6762, section 18).
/// <code>
/// id 2 | flags 2: answer 0x8000, authoritative 0x0400 | questions 2 | answers 2 | authorities 2 | additional 2
/// question: name | type 2 | class 2: IN 1, answer to me alone 0x8000
/// record:   name | type 2 | class 2: IN 1, unique 0x8000 | seconds 4 | length 2 | data
/// </code>
/// </summary>
internal static class DnsCodec
{
    /// <summary>The longest message taken in, bytes (RFC 6762, section 17).</summary>
    public const int MaxLength = 9000;

    private const int HeadLength = 12;
    private const ushort AnswerFlag = 0x8000;
    private const ushort AuthoritativeFlag = 0x0400;

    // An opcode or a response code other than 0 makes it no message of multicast DNS (RFC 6762, sections 18.3 and 18.11).
    private const ushort ForeignFlags = 0x780F;
    private const ushort Internet = 1;
    private const ushort AnyClass = 255;
    private const ushort TopBit = 0x8000;

    public static byte[] Encode(DnsMessage message)
    {
        var bytes = new List<byte>(512);
        Put16(bytes, message.Id);
        Put16(bytes, message.IsAnswer ? AnswerFlag | AuthoritativeFlag : 0);
        Put16(bytes, message.Questions.Count);
        Put16(bytes, message.Answers.Count);
        Put16(bytes, 0);
        Put16(bytes, message.Additional.Count);
        foreach (var question in message.Questions)
        {
            bytes.AddRange(DnsName.Encode(question.Name));
            Put16(bytes, (int)question.Type);
            Put16(bytes, Internet | (question.IsUnicastWanted ? TopBit : 0));
        }

        foreach (var record in message.Answers.Concat(message.Additional)) Put(bytes, record);
        return [.. bytes];
    }

    /// <summary>How many bytes a record takes in a message.</summary>
    public static int LengthOf(DnsRecord record) => DnsName.Encode(record.Name).Length + 10 + record.Data.Length;

    /// <summary>Reads a message; records of other classes than the Internet's are left out.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DnsMessage? message)
    {
        message = null;
        if (bytes.Length is < HeadLength or > MaxLength) return false;
        var flags = At16(bytes, 2);
        if ((flags & ForeignFlags) != 0) return false;
        var at = HeadLength;
        var questions = new List<DnsQuestion>();
        for (var left = At16(bytes, 4); left > 0; left--)
        {
            if (!TryReadQuestion(bytes, ref at, questions)) return false;
        }

        var (answers, authorities, additional) = (new List<DnsRecord>(), new List<DnsRecord>(), new List<DnsRecord>());
        if (!TryReadRecords(bytes, At16(bytes, 6), ref at, answers) || !TryReadRecords(bytes, At16(bytes, 8), ref at, authorities)) return false;
        if (!TryReadRecords(bytes, At16(bytes, 10), ref at, additional)) return false;
        message = new DnsMessage(At16(bytes, 0), (flags & AnswerFlag) != 0, questions, answers, additional);
        return true;
    }

    private static bool TryReadQuestion(ReadOnlySpan<byte> bytes, ref int at, List<DnsQuestion> questions)
    {
        if (!DnsName.TryRead(bytes, at, out var name, out var end) || end + 4 > bytes.Length) return false;
        var kind = At16(bytes, end + 2);
        if ((kind & ~TopBit) is Internet or AnyClass) questions.Add(new DnsQuestion(name, (DnsType)At16(bytes, end), (kind & TopBit) != 0));
        at = end + 4;
        return true;
    }

    private static bool TryReadRecords(ReadOnlySpan<byte> bytes, int count, ref int at, List<DnsRecord> records)
    {
        for (; count > 0; count--)
        {
            if (!DnsName.TryRead(bytes, at, out var name, out var end) || end + 10 > bytes.Length) return false;
            var (type, kind, seconds) = ((DnsType)At16(bytes, end), At16(bytes, end + 2), BinaryPrimitives.ReadUInt32BigEndian(bytes[(end + 4)..]));
            var (start, length) = (end + 10, At16(bytes, end + 8));
            if (start + length > bytes.Length) return false;
            at = start + length;
            if ((kind & ~TopBit) == Internet && TryReadData(bytes, type, start, length, out var data)) records.Add(new DnsRecord(name, type, seconds, data, (kind & TopBit) != 0));
        }

        return true;
    }

    private static bool TryReadData(ReadOnlySpan<byte> bytes, DnsType type, int start, int length, [NotNullWhen(true)] out byte[]? data)
    {
        data = null;
        var fixedLength = type == DnsType.Srv ? 6 : 0;
        if (type is not (DnsType.Ptr or DnsType.Srv))
        {
            data = bytes.Slice(start, length).ToArray();
            return true;
        }

        if (length <= fixedLength || !DnsName.TryRead(bytes, start + fixedLength, out var target, out var end) || end != start + length) return false;
        // A label with a dot in it cannot be spelled out as text, and none of ours has one.
        if (target.Contains('\\', StringComparison.Ordinal) || !DnsName.IsSound(target)) return false;
        data = [.. bytes.Slice(start, fixedLength), .. DnsName.Encode(target)];
        return true;
    }

    private static void Put(List<byte> bytes, DnsRecord record)
    {
        bytes.AddRange(DnsName.Encode(record.Name));
        Put16(bytes, (int)record.Type);
        Put16(bytes, Internet | (record.IsUnique ? TopBit : 0));
        Put16(bytes, (int)(record.TimeToLive >> 16));
        Put16(bytes, (int)(record.TimeToLive & 0xFFFF));
        Put16(bytes, record.Data.Length);
        bytes.AddRange(record.Data);
    }

    private static void Put16(List<byte> bytes, int value)
    {
        bytes.Add((byte)(value >> 8));
        bytes.Add((byte)value);
    }

    private static ushort At16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
