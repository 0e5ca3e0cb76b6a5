using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Proxy.Tests;

/// <summary>A client that sends datagrams, again when no answer comes: UDP may lose them, on loopback too.</summary>
internal sealed class UdpClientSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly byte[] _buffer = new byte[70_000];

    public UdpClientSocket(IPEndPoint address)
    {
        _socket.ReceiveBufferSize = 1 << 20;
        _socket.Connect(address);
    }

    public Task SendAsync(byte[] bytes) => _socket.SendAsync(bytes, SocketFlags.None);

    public async Task<byte[]> ReceiveAsync() => _buffer[..await _socket.ReceiveAsync(_buffer, SocketFlags.None).WaitAsync(TestClient.Limit)];

    public async Task<string> AskAsync(string text) => Encoding.UTF8.GetString(await AskAsync(Encoding.UTF8.GetBytes(text)));

    /// <returns>The first answer that ends with what was sent: one to a question of before may come late.</returns>
    public async Task<byte[]> AskAsync(byte[] bytes)
    {
        for (var tries = 0; ; tries++)
        {
            await SendAsync(bytes);
            using var pause = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            try
            {
                while (true)
                {
                    var answer = _buffer[..await _socket.ReceiveAsync(_buffer, SocketFlags.None, pause.Token)];
                    if (answer.AsSpan().EndsWith(bytes)) return answer;
                }
            }
            catch (OperationCanceledException) when (tries < 9)
            {
                // Lost: the next may come through.
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
