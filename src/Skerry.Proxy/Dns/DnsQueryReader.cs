using System.Buffers.Binary;
using System.Text;

namespace Skerry.Proxy.Dns;

/// <summary>
/// Reads queries (RFC 1035, section 4):
/// <code>
/// id 2 | flags 2: QR 1, opcode 4, AA TC RD RA 1 each, Z 3, rcode 4 | counts 4 x 2: questions, answers, authorities, additional
/// question: name | type 2 | class 2        record: name | type 2 | class 2 | ttl 4 | length 2 | data
/// name: (length 1, 0 to 63 | label)* ending with length 0, or with a pointer 2: 11 and 14 bits of offset
/// </code>
/// Never throws, and takes no more than 255 bytes for a name: a pointer must lead to before where the name began, so that names end.
/// </summary>
internal static class DnsQueryReader
{
    public const int HeaderSize = 12;

    /// <summary>RFC 1035, section 3.1: with lengths, and the zero at the end.</summary>
    private const int MaxName = 255;

    /// <summary>False when it is no query that could be answered, not even with an error: too short, or an answer itself.</summary>
    /// <param name="message">The message.</param>
    /// <param name="query">What it asks; without a name when <paramref name="code"/> is an error.</param>
    /// <param name="code">An error to answer with, or <see cref="DnsCode.NoError"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, out DnsQuery query, out DnsCode code)
    {
        query = null!;
        code = DnsCode.FormatError;
        if (message.Length < HeaderSize || (message[2] & 0x80) != 0) return false;
        query = new DnsQuery(BinaryPrimitives.ReadUInt16BigEndian(message), (message[2] >> 3) & 15, (message[2] & 1) != 0, [], "", 0, 0, null, 0);
        if (query.Operation != 0)
        {
            code = DnsCode.NotImplemented;
            return true;
        }

        var at = HeaderSize;
        if (Count(message, 0) != 1 || !TryReadName(message, ref at, out var name) || message.Length - at < 4) return true;
        query = query with
        {
            NameBytes = name,
            Name = Text(name),
            Type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            Class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]),
        };
        at += 4;
        if (!TryReadRecords(message, ref at, Count(message, 1) + Count(message, 2), ref query, takeOptions: false)) return true;
        if (TryReadRecords(message, ref at, Count(message, 3), ref query, takeOptions: true)) code = DnsCode.NoError;
        return true;
    }

    private static int Count(ReadOnlySpan<byte> message, int section) => BinaryPrimitives.ReadUInt16BigEndian(message[(4 + (2 * section))..]);

    /// <summary>Passes over records; of the additional ones, OPT says what the client can take (RFC 6891, section 6.1).</summary>
    private static bool TryReadRecords(ReadOnlySpan<byte> message, ref int at, int count, ref DnsQuery query, bool takeOptions)
    {
        for (var i = 0; i < count; i++)
        {
            if (!TryReadName(message, ref at, out _) || message.Length - at < 10) return false;
            var fixedPart = message[at..];
            var length = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
            if (message.Length - at - 10 < length) return false;
            if (takeOptions && BinaryPrimitives.ReadUInt16BigEndian(fixedPart) == (ushort)DnsType.Opt)
            {
                if (query.PayloadSize is not null) return false;
                query = query with { PayloadSize = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]), EdnsVersion = fixedPart[5] };
            }

            at += 10 + length;
        }

        return true;
    }

    /// <summary>Reads a name; <paramref name="at"/> goes behind it, or behind its first pointer.</summary>
    private static bool TryReadName(ReadOnlySpan<byte> message, ref int at, out byte[] name)
    {
        Span<byte> labels = stackalloc byte[MaxName];
        var (length, position, lowest, hasJumped) = (0, at, at, false);
        name = [];
        while (position < message.Length)
        {
            var size = message[position];
            if ((size & 0xC0) == 0xC0)
            {
                if (message.Length - position < 2) return false;
                var target = BinaryPrimitives.ReadUInt16BigEndian(message[position..]) & 0x3FFF;
                if (!hasJumped) at = position + 2;
                hasJumped = true;
                if (target >= lowest) return false;
                (position, lowest) = (target, target);
                continue;
            }

            if (size > 63 || length + size + 1 > MaxName || message.Length - position < size + 1) return false;
            message.Slice(position, size + 1).CopyTo(labels[length..]);
            length += size + 1;
            position += size + 1;
            if (size != 0) continue;
            if (!hasJumped) at = position;
            name = labels[..length].ToArray();
            return true;
        }

        return false;
    }

    private static string Text(byte[] name)
    {
        var text = new StringBuilder(name.Length);
        for (var at = 0; name[at] != 0; at += name[at] + 1)
        {
            if (text.Length > 0) text.Append('.');
            foreach (var b in name.AsSpan(at + 1, name[at])) text.Append(b is (byte)'.' or >= 0x80 ? '\uFFFD' : (char)b);
        }

        return text.ToString();
    }
}
