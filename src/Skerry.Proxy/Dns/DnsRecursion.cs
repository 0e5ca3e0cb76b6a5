using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Dns;

/// <summary>Asks other servers on behalf of a client, each from a port and under an id that nobody can guess, and believes only an answer to what was asked.</summary>
/// <param name="time">For deadlines.</param>
internal sealed class DnsRecursion(TimeProvider time)
{
    /// <summary>Queries that wait for others; more are failed at once.</summary>
    private const int MaxWaiting = 256;

    /// <summary>A server that does not answer in this time is passed over; clients give up after about five seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private int _waiting;

    /// <summary>The first answer, under the client's id; null when nobody answers.</summary>
    public async Task<ReadOnlyMemory<byte>?> AskAsync(ReadOnlyMemory<byte> message, DnsQuery query, ImmutableArray<IPEndPoint> servers, bool isTcp, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        try
        {
            foreach (var server in servers)
            {
                using var deadline = new CancellationTokenSource(Patience, time);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
                try
                {
                    return isTcp ? await AskTcpAsync(message, query, server, limit.Token) : await AskUdpAsync(message, query, server, limit.Token);
                }
                catch (Exception silent) when (silent is SocketException or IOException || (silent is OperationCanceledException && !cancellation.IsCancellationRequested))
                {
                    // The next may know.
                }
            }

            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> AskUdpAsync(ReadOnlyMemory<byte> message, DnsQuery query, IPEndPoint server, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellation);
        var asked = WithNewId(message);
        await socket.SendAsync(asked, SocketFlags.None, cancellation);
        var buffer = new byte[ushort.MaxValue];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation);
            if (IsAnswer(buffer.AsSpan(0, length), asked, query)) return WithId(buffer.AsMemory(0, length), query.Id);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> AskTcpAsync(ReadOnlyMemory<byte> message, DnsQuery query, IPEndPoint server, CancellationToken cancellation)
    {
        await using var stream = new NetworkStream(await Sockets.ConnectAsync(server.Address.ToString(), server.Port, SocketType.Stream, cancellation), ownsSocket: true);
        var asked = WithNewId(message);
        var framed = new byte[2 + asked.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)asked.Length);
        asked.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellation);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancellation);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, cancellation);
        return IsAnswer(answer, asked, query) ? WithId(answer, query.Id) : throw new IOException("An answer to another question.");
    }

    private static byte[] WithNewId(ReadOnlyMemory<byte> message)
    {
        var asked = message.ToArray();
        RandomNumberGenerator.Fill(asked.AsSpan(0, 2));
        return asked;
    }

    private static Memory<byte> WithId(Memory<byte> answer, ushort id)
    {
        BinaryPrimitives.WriteUInt16BigEndian(answer.Span, id);
        return answer;
    }

    /// <summary>An answer, under the id, with the question in the very bytes that were sent.</summary>
    private static bool IsAnswer(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> asked, DnsQuery query)
    {
        var question = DnsQueryReader.HeaderSize + query.NameBytes.Length + 4;
        if (answer.Length < DnsQueryReader.HeaderSize || (answer[2] & 0x80) == 0 || !answer[..2].SequenceEqual(asked[..2])) return false;
        // A server that refuses may leave the question out: then it says nothing else either.
        if (answer[4..6].SequenceEqual<byte>([0, 0])) return (answer[3] & 0x0F) != 0 && answer[6..8].SequenceEqual<byte>([0, 0]);
        return answer.Length >= question && asked.Length >= question && answer[DnsQueryReader.HeaderSize..question].SequenceEqual(asked[DnsQueryReader.HeaderSize..question]);
    }
}
