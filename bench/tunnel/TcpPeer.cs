using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Skerry.Bench.Tunnel;

/// <summary>Plain TCP, a connection for each stream: the ceiling.</summary>
internal sealed class TcpPeer : IPeer
{
    private const int Message = 64;

    private readonly List<Socket> _idle = [];
    private IPEndPoint? _peer;

    public Task<string> ListenAsync(string ip)
    {
        var listener = new TcpListener(IPAddress.Parse(ip), 0);
        listener.Start();
        _ = AcceptAsync(listener);
        return Task.FromResult(listener.LocalEndpoint.ToString()!);
    }

    public Task<string> ListenThroughAsync(string relay) => throw new NotSupportedException();

    public Task DialAsync(string address)
    {
        _peer = IPEndPoint.Parse(address);
        return Task.CompletedTask;
    }

    public async Task BulkAsync(long bytes)
    {
        using var socket = await ConnectAsync('s');
        var chunk = new byte[64 << 10];
        for (var left = bytes; left > 0; left -= chunk.Length) await socket.SendAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)));
        await using var stream = new NetworkStream(socket);
        socket.Shutdown(SocketShutdown.Send);
        await stream.ReadExactlyAsync(chunk.AsMemory(0, 8));
        if (BinaryPrimitives.ReadInt64BigEndian(chunk) != bytes) throw new InvalidDataException("Bytes were lost.");
    }

    public async Task<double[]> EchoAsync(int count)
    {
        using var socket = await ConnectAsync('e');
        await using var stream = new NetworkStream(socket);
        var message = new byte[Message];
        var took = new double[count];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await stream.WriteAsync(message);
            await stream.ReadExactlyAsync(message);
            took[i] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        return took;
    }

    public async Task OpenAsync(int count)
    {
        for (var i = 0; i < count; i++) await EchoAsync(1);
    }

    public async Task IdleAsync(int count)
    {
        for (var i = 0; i < count; i++) _idle.Add(await ConnectAsync('e'));
    }

    private async Task<Socket> ConnectAsync(char what)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_peer!);
        await socket.SendAsync((byte[])[(byte)what]);
        return socket;
    }

    private static async Task AcceptAsync(TcpListener listener)
    {
        while (true) _ = ServeAsync(await listener.AcceptSocketAsync());
    }

    private static async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        using var stream = new NetworkStream(socket, ownsSocket: true);
        var buffer = new byte[64 << 10];
        var what = stream.ReadByte();
        var total = 0L;
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            total += count;
            if (what == 'e') await stream.WriteAsync(buffer.AsMemory(0, count));
        }

        if (what == 'e') return;
        BinaryPrimitives.WriteInt64BigEndian(buffer, total);
        await stream.WriteAsync(buffer.AsMemory(0, 8));
    }
}
