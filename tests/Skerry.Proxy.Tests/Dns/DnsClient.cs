using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Proxy.Tests.Dns;

/// <summary>A resolver's side of DNS, written apart from the server's.</summary>
internal static class DnsClient
{
    public const int A = 1, Soa = 6, Aaaa = 28, Srv = 33, Any = 255;

    /// <summary>Asks over UDP, again when no answer comes, as every resolver does: what comes faster than it is read is lost, on loopback too.</summary>
    public static async Task<Reply> AskAsync(IPEndPoint server, string name, int type, int? payload = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server);
        var buffer = new byte[65_535];
        for (var tries = 0; ; tries++)
        {
            await socket.SendAsync(Query(name, type, payload));
            using var pause = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                return Parse(buffer[..await socket.ReceiveAsync(buffer, SocketFlags.None, pause.Token)]);
            }
            catch (OperationCanceledException) when (tries < 6)
            {
                // Lost: the next may come through.
            }
        }
    }

    /// <summary>Asks over TCP.</summary>
    public static async Task<Reply> AskTcpAsync(IPEndPoint server, string name, int type)
    {
        using var client = await TestClient.ConnectAsync(server);
        var query = Query(name, type);
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)query.Length);
        await client.SendAsync(length);
        await client.SendAsync(query);
        return Parse(await client.ReadAsync(BinaryPrimitives.ReadUInt16BigEndian(await client.ReadAsync(2))));
    }

    public static byte[] Query(string name, int type, int? payload = null, int id = 0x1234, int version = 0, int @class = 1)
    {
        using var message = new MemoryStream();
        Write(id, 0x0100, 1, 0, 0, payload is null ? 0 : 1);
        foreach (var label in name.Split('.'))
        {
            message.WriteByte((byte)label.Length);
            message.Write(Encoding.ASCII.GetBytes(label));
        }

        message.WriteByte(0);
        Write(type, @class);
        if (payload is { } size)
        {
            message.WriteByte(0);
            Write(41, size, version, 0, 0);
        }

        return message.ToArray();

        void Write(params int[] values)
        {
            foreach (var value in values) message.Write([(byte)(value >> 8), (byte)value]);
        }
    }

    public static Reply Parse(byte[] message)
    {
        int Word(int offset) => BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(offset));
        var at = 12;
        var question = ReadName(message, ref at);
        at += 4;
        var sections = new List<Record>[3];
        for (var i = 0; i < 3; i++)
        {
            sections[i] = [];
            for (var n = Word(6 + (2 * i)); n > 0; n--) sections[i].Add(ReadRecord(message, ref at));
        }

        Assert.Equal(message.Length, at);
        return new Reply(Word(0), Word(2), question, sections[0], sections[1], sections[2], message.Length);
    }

    private static Record ReadRecord(byte[] message, ref int at)
    {
        var name = ReadName(message, ref at);
        var fields = message.AsSpan(at);
        var (type, @class) = (BinaryPrimitives.ReadUInt16BigEndian(fields), BinaryPrimitives.ReadUInt16BigEndian(fields[2..]));
        var ttl = BinaryPrimitives.ReadUInt32BigEndian(fields[4..]);
        var length = BinaryPrimitives.ReadUInt16BigEndian(fields[8..]);
        at += 10;
        var end = at + length;
        var data = type switch
        {
            A or Aaaa => new IPAddress(message.AsSpan(at, length)).ToString(),
            Srv => $"{message[at + 4] << 8 | message[at + 5]} {NameAt(message, at + 6)}",
            Soa => NameAt(message, at),
            _ => "",
        };
        at = end;
        return new Record(name, type, @class, ttl, data);
    }

    private static string NameAt(byte[] message, int at) => ReadName(message, ref at);

    private static string ReadName(byte[] message, ref int at)
    {
        var labels = new List<string>();
        var position = at;
        var end = -1;
        while (message[position] != 0)
        {
            if (message[position] >= 0xC0)
            {
                if (end < 0) end = position + 2;
                position = ((message[position] & 0x3F) << 8) | message[position + 1];
                continue;
            }

            labels.Add(Encoding.ASCII.GetString(message, position + 1, message[position]));
            position += message[position] + 1;
        }

        at = end < 0 ? position + 1 : end;
        return string.Join('.', labels);
    }

    internal sealed record Record(string Name, int Type, int Class, uint Ttl, string Data);

    internal sealed record Reply(int Id, int Flags, string Question, List<Record> Answers, List<Record> Authorities, List<Record> Additional, int Length)
    {
        public int Code => Flags & 15;

        public bool IsTruncated => (Flags & 0x0200) != 0;

        public bool IsAuthoritative => (Flags & 0x0400) != 0;

        public IEnumerable<string> Data => Answers.Select(answer => answer.Data).Order(StringComparer.Ordinal);
    }
}
