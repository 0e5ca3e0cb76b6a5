using System.Net;
using System.Text;

namespace Skerry.Proxy.Tests.Socks;

/// <summary>A SOCKS 5 client's side, written apart from the server's.</summary>
internal static class SocksClient
{
    public const byte Connect = 1, Bind = 2, Associate = 3;

    public static async Task<TestClient> GreetAsync(IPEndPoint server, string? user = null, string? password = null)
    {
        var client = await TestClient.ConnectAsync(server);
        await client.SendAsync(new byte[] { 5, 1, (byte)(user is null ? 0 : 2) });
        var method = await client.ReadAsync(2);
        if (user is null || method[1] == 0xFF) return client;
        await client.SendAsync((byte[])[1, (byte)user.Length, .. Encoding.UTF8.GetBytes(user), (byte)password!.Length, .. Encoding.UTF8.GetBytes(password)]);
        await client.ReadAsync(2);
        return client;
    }

    /// <summary>Asks for a name; gives the reply's code and the address that came with it.</summary>
    public static async Task<(TestClient Client, int Reply, IPEndPoint Bound)> AskAsync(IPEndPoint server, byte command, string host, int port, string? user = null, string? password = null)
    {
        var client = await GreetAsync(server, user, password);
        await client.SendAsync((byte[])[5, command, 0, .. Address(host, port)]);
        var head = await client.ReadAsync(4);
        var rest = await client.ReadAsync(head[3] == 4 ? 18 : 6);
        return (client, head[1], new IPEndPoint(new IPAddress(rest.AsSpan(0, rest.Length - 2)), (rest[^2] << 8) | rest[^1]));
    }

    public static byte[] Address(string host, int port) => IPAddress.TryParse(host, out var address)
        ? [(byte)(address.GetAddressBytes().Length == 4 ? 1 : 4), .. address.GetAddressBytes(), (byte)(port >> 8), (byte)port]
        : [3, (byte)Encoding.UTF8.GetByteCount(host), .. Encoding.UTF8.GetBytes(host), (byte)(port >> 8), (byte)port];
}
