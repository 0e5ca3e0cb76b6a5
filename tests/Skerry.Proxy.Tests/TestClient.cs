using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Proxy.Tests;

/// <summary>A client of a forward.</summary>
internal sealed class TestClient : IDisposable
{
    /// <summary>No wait of a test is longer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private TestClient(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    public static async Task<TestClient> ConnectAsync(IPEndPoint address, IPAddress? from = null)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (from is not null) socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(address).WaitAsync(Limit);
        return new TestClient(socket);
    }

    /// <summary>Says a text, ends, and returns all that comes back.</summary>
    public static async Task<string> AskAsync(IPEndPoint address, string text, IPAddress? from = null)
    {
        using var client = await ConnectAsync(address, from);
        await client.SendAsync(Encoding.UTF8.GetBytes(text));
        client.Socket.Shutdown(SocketShutdown.Send);
        return Encoding.UTF8.GetString(await client.ReadToEndAsync());
    }

    /// <summary>Whether a connection is reset at once, while it is made or after.</summary>
    public static async Task<bool> IsRefusedAsync(IPEndPoint address)
    {
        try
        {
            using var client = await ConnectAsync(address);
            return await client.IsResetAsync();
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await Socket.SendAsync(bytes, SocketFlags.None).AsTask().WaitAsync(Limit)..];
    }

    /// <summary>Exactly so many bytes.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await Socket.ReceiveAsync(bytes.AsMemory(at), SocketFlags.None).AsTask().WaitAsync(Limit);
            Assert.True(read > 0, $"The connection ended after {at} of {count} bytes.");
            at += read;
        }

        return bytes;
    }

    public async Task<string> ReadTextAsync(int count) => Encoding.UTF8.GetString(await ReadAsync(count));

    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await Socket.ReceiveAsync(buffer, SocketFlags.None).WaitAsync(Limit) is > 0 and var read) all.Write(buffer, 0, read);
        return all.ToArray();
    }

    /// <summary>Whether the connection ends with an error rather than an end.</summary>
    public async Task<bool> IsResetAsync()
    {
        try
        {
            await ReadToEndAsync();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => Socket.Dispose();
}
