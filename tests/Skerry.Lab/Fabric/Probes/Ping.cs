using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Skerry.Lab.Fabric.Probes;

/// <summary>ICMP echo from a lab's machine: the other end's kernel answers, so that the way alone is measured.</summary>
internal static class Ping
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Round trips one after the other; lost ones are tried again until the patience for each ends.</summary>
    /// <returns>The median.</returns>
    public static async Task<TimeSpan> MedianAsync(LabHost host, IPAddress to, int count)
    {
        var times = new List<TimeSpan>();
        using var socket = host.NewSocket(SocketType.Raw, ProtocolType.Icmp);
        socket.Connect(to, 0);
        for (var i = 0; i < count; i++) times.Add(await OnceAsync(socket, (ushort)i));
        times.Sort();
        return times[count / 2];
    }

    /// <summary>Sends echoes without waiting between them.</summary>
    /// <returns>How many were answered.</returns>
    public static async Task<int> FloodAsync(LabHost host, IPAddress to, int count)
    {
        using var socket = host.NewSocket(SocketType.Raw, ProtocolType.Icmp);
        socket.Connect(to, 0);
        socket.ReceiveBufferSize = 4 << 20;
        for (var i = 0; i < count; i++) await socket.SendAsync(Request((ushort)i));
        await socket.SendAsync(Request(ushort.MaxValue));
        var answered = 0;
        var seen = new HashSet<ushort>();
        var buffer = new byte[2048];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)); // after this long nothing is on its way any more
        try
        {
            while (answered < count)
            {
                var length = await socket.ReceiveAsync(buffer, limit.Token);
                if (TryReadReply(buffer.AsSpan(0, length), out var number) && number < count && seen.Add(number)) answered++;
            }
        }
        catch (OperationCanceledException)
        {
            return answered;
        }

        return answered;
    }

    private static async Task<TimeSpan> OnceAsync(Socket socket, ushort number)
    {
        var buffer = new byte[2048];
        using var limit = new CancellationTokenSource(Patience);
        var start = Stopwatch.GetTimestamp();
        await socket.SendAsync(Request(number), limit.Token);
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, limit.Token);
            if (TryReadReply(buffer.AsSpan(0, length), out var answered) && answered == number) return Stopwatch.GetElapsedTime(start);
        }
    }

    private static byte[] Request(ushort number)
    {
        var request = new byte[64];
        request[0] = 8; // echo request
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(6), number);
        var sum = (8u << 8) + number;
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(2), (ushort)~(sum + (sum >> 16)));
        return request;
    }

    /// <summary>A raw socket gives the IP header too.</summary>
    private static bool TryReadReply(ReadOnlySpan<byte> packet, out ushort number)
    {
        number = 0;
        if (packet.Length < 20) return false;
        var message = packet[((packet[0] & 0xF) * 4)..];
        if (message.Length < 8 || message[0] != 0) return false; // 0: echo reply
        number = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        return true;
    }
}
