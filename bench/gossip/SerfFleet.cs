using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Skerry.Bench.Gossip;

/// <summary>Debian's <c>serf agent</c>, joined through its RPC port.</summary>
internal sealed partial class SerfFleet : IFleet
{
    private const int GossipPort = 17946;
    private const int RpcPort = 17373;

    public string Name => "serf";

    public AgentProcess Start(string node, IPAddress address) => new(this, node, address, "serf",
    [
        "agent", $"-node={node}", $"-bind={address}:{GossipPort}", $"-rpc-addr={address}:{RpcPort}", "-profile=lan", "-log-level=info",
    ]);

    public async Task JoinAsync(AgentProcess agent, IPAddress other, CancellationToken cancellation)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(agent.Address, RpcPort, cancellation);
        var stream = socket.GetStream();
        var target = $"{other}:{GossipPort}";
        byte[] request =
        [
            .. Map(2), .. Text("Command"), .. Text("handshake"), .. Text("Seq"), 0, .. Map(1), .. Text("Version"), 1,
            .. Map(2), .. Text("Command"), .. Text("join"), .. Text("Seq"), 1, .. Map(2), .. Text("Existing"), 0x91, .. Text(target), .. Text("Replay"), 0xC2,
        ];
        await stream.WriteAsync(request, cancellation);
        var reply = new byte[256];
        var received = 0;
        while (!Encoding.Latin1.GetString(reply, 0, received).Contains("Num", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(reply.AsMemory(received), cancellation);
            if (read == 0) throw new InvalidOperationException($"{agent.Node} closed its RPC port while joining.");
            received += read;
        }
    }

    public string? JoinedIn(string line) => Match(Joined(), line);

    public string? FailedIn(string line) => Match(Failed(), line);

    private static string? Match(Regex pattern, string line) => pattern.Match(line) is { Success: true } match ? match.Groups[1].Value : null;

    private static byte[] Map(int entries) => [(byte)(0x80 | entries)];

    private static byte[] Text(string text) => [(byte)(0xA0 | text.Length), .. Encoding.ASCII.GetBytes(text)];

    [GeneratedRegex(@"EventMemberJoin: (\S+)")]
    private static partial Regex Joined();

    [GeneratedRegex(@"EventMemberFailed: (\S+)")]
    private static partial Regex Failed();
}
