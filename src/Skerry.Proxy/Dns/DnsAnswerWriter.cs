using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Proxy.Dns;

/// <summary>
/// Writes answers in the format that <see cref="DnsQueryReader"/> reads. What does not fit is left out: of the answers with the TC flag, so that the client comes
/// back over TCP (RFC 2181, section 9); of the additional records without.
/// </summary>
internal sealed class DnsAnswerWriter
{
    /// <summary>What any client takes over UDP (RFC 1035, section 4.2.1).</summary>
    public const int MinPayload = 512;

    /// <summary>The most that is sent over UDP, whatever a client says: larger datagrams are broken into pieces on some ways.</summary>
    public const int MaxPayload = 4096;

    /// <summary>An OPT record without options.</summary>
    private const int OptSize = 11;

    private readonly byte[] _buffer;
    private readonly int _limit;
    private readonly uint _ttl;
    private readonly Dictionary<string, int> _names = new(StringComparer.OrdinalIgnoreCase);
    private int _length;

    private DnsAnswerWriter(int limit, uint ttl)
    {
        _buffer = new byte[limit];
        _limit = limit;
        _ttl = ttl;
    }

    /// <summary>The longest answer to a query over UDP, bytes.</summary>
    public static int LimitOf(DnsQuery query) => query.PayloadSize is { } size ? Math.Clamp(size, MinPayload, MaxPayload) : MinPayload;

    /// <param name="query">What was asked.</param>
    /// <param name="answer">What is answered.</param>
    /// <param name="limit">Bytes, at least 512.</param>
    /// <param name="ttl">Seconds.</param>
    /// <param name="canRecurse">Whether names outside the domain are asked for.</param>
    public static ReadOnlyMemory<byte> Write(DnsQuery query, DnsAnswer answer, int limit, uint ttl, bool canRecurse) =>
        new DnsAnswerWriter(limit, ttl).Write(query, answer, canRecurse);

    private ReadOnlyMemory<byte> Write(DnsQuery query, DnsAnswer answer, bool canRecurse)
    {
        var header = _buffer.AsSpan(0, DnsQueryReader.HeaderSize);
        _length = header.Length;
        if (query.NameBytes.Length > 0) WriteQuestion(query);
        var reserved = query.PayloadSize is null ? 0 : OptSize;
        var answers = WriteRecords(answer.Answers, reserved);
        var isTruncated = answers < answer.Answers.Length;
        var authorities = isTruncated ? 0 : WriteRecords(answer.Authorities, reserved);
        var additional = isTruncated ? 0 : WriteRecords(answer.Additional, reserved);
        if (query.PayloadSize is not null)
        {
            WriteOptions(answer.Code);
            additional++;
        }

        BinaryPrimitives.WriteUInt16BigEndian(header, query.Id);
        header[2] = (byte)(0x80 | (query.Operation << 3) | (answer.IsAuthoritative ? 4 : 0) | (isTruncated ? 2 : 0) | (query.RecursionDesired ? 1 : 0));
        header[3] = (byte)((canRecurse ? 0x80 : 0) | ((int)answer.Code & 15));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(query.NameBytes.Length > 0 ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(header[8..], (ushort)authorities);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)additional);
        return _buffer.AsMemory(0, _length);
    }

    /// <summary>The client's own spelling, which some clients check; what follows points at it.</summary>
    private void WriteQuestion(DnsQuery query)
    {
        var name = query.Name;
        for (int at = 0, offset = _length; name.Length > 0; offset += query.NameBytes[at] + 1, at += query.NameBytes[at] + 1)
        {
            _names.TryAdd(name, offset);
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            name = dot < 0 ? "" : name[(dot + 1)..];
        }

        Write(query.NameBytes);
        Write((ushort)query.Type);
        Write(query.Class);
    }

    /// <summary>Writes as many as fit; those that cannot be written at all are passed over.</summary>
    private int WriteRecords(IReadOnlyList<DnsRecord> records, int reserved)
    {
        for (var i = 0; i < records.Count; i++)
        {
            var before = _length;
            if (TryWrite(records[i], _limit - reserved)) continue;
            _length = before;
            foreach (var name in _names.Where(name => name.Value >= before).Select(name => name.Key).ToArray()) _names.Remove(name);
            return i;
        }

        return records.Count;
    }

    private bool TryWrite(DnsRecord record, int limit)
    {
        if (!TryWriteName(record.Name, limit) || limit - _length < 10) return false;
        Write((ushort)record.Type);
        Write(1);
        Write((ushort)(_ttl >> 16));
        Write((ushort)_ttl);
        var lengthAt = _length;
        _length += 2;
        if (!TryWriteData(record, limit)) return false;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(lengthAt), (ushort)(_length - lengthAt - 2));
        return true;
    }

    private bool TryWriteData(DnsRecord record, int limit)
    {
        switch (record.Type)
        {
            case DnsType.A or DnsType.Aaaa:
                var size = record.Address!.AddressFamily == AddressFamily.InterNetworkV6 ? 16 : 4;
                if (limit - _length < size) return false;
                record.Address.TryWriteBytes(_buffer.AsSpan(_length), out _);
                _length += size;
                return true;
            case DnsType.Srv:
                if (limit - _length < 6) return false;
                Write(1); // All alike: the weight says the rest.
                Write((ushort)record.Weight);
                Write((ushort)record.Port);
                // RFC 2782: the target is not compressed.
                return TryWriteName(record.Target, limit, mayPoint: false);
            default:
                return TryWriteStart(record, limit);
        }
    }

    /// <summary>SOA: server, mailbox, serial, refresh, retry, expire, minimum. The last says how long "there is none" may be kept: as long as anything else.</summary>
    private bool TryWriteStart(DnsRecord record, int limit)
    {
        if (!TryWriteName(record.Target, limit) || !TryWriteName("hostmaster." + record.Name, limit) || limit - _length < 20) return false;
        foreach (var value in (ReadOnlySpan<uint>)[record.Serial, 3600, 600, 86_400, _ttl])
        {
            BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_length), value);
            _length += 4;
        }

        return true;
    }

    private void WriteOptions(DnsCode code)
    {
        Write((byte[])[0]);
        Write((ushort)DnsType.Opt);
        Write(MaxPayload);
        Write((ushort)(((int)code >> 4) << 8));
        Write(0);
        Write(0);
    }

    private bool TryWriteName(string name, int limit, bool mayPoint = true)
    {
        while (name.Length > 0)
        {
            if (mayPoint && _names.TryGetValue(name, out var known))
            {
                if (limit - _length < 2) return false;
                Write((ushort)(0xC000 | known));
                return true;
            }

            var dot = name.IndexOf('.', StringComparison.Ordinal);
            var label = dot < 0 ? name : name[..dot];
            if (label.Length is 0 or > 63 || limit - _length < label.Length + 1) return false;
            if (_length <= 0x3FFF) _names.TryAdd(name, _length);
            _buffer[_length] = (byte)label.Length;
            Encoding.ASCII.GetBytes(label, _buffer.AsSpan(_length + 1));
            _length += label.Length + 1;
            name = dot < 0 ? "" : name[(dot + 1)..];
        }

        if (_length >= limit) return false;
        Write((byte[])[0]);
        return true;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Write(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_length), (ushort)value);
        _length += 2;
    }
}
