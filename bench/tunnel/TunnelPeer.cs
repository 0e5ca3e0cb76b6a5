using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Bench.Tunnel;

/// <summary>A node of Skerry's tunnel: what is a stream to the others is a session that outlives its path.</summary>
/// <param name="isRelay">Whether it carries for others.</param>
internal sealed class TunnelPeer(bool isRelay) : IPeer, ITunnelDirectory
{
    private const string There = "listener";
    private const int Message = 64;

    private static readonly MeshIdentity Mesh = new(SHA256.HashData("the benchmark's mesh"u8));

    private readonly List<SessionStream> _idle = [];
    private TunnelNode? _node;
    private NodeRoutes? _there;

    public IReadOnlyList<NodeRoutes> Relays => [];

    public NodeRoutes? Find(string node) => node == There ? _there : null;

    public bool IsDead(string node) => false;

    public async Task<string> ListenAsync(string ip)
    {
        var node = await StartAsync(isRelay ? "relay" : There, [Multiaddr.Parse($"/ip4/{ip}/tcp/0")], []);
        node.Serve(ServeAsync);
        return node.Routes.Addresses[0].ToString();
    }

    public async Task<string> ListenThroughAsync(string relay)
    {
        var node = await StartAsync(There, [], [new RelayNode("relay", [Multiaddr.Parse(relay)])]);
        node.Serve(ServeAsync);
        Multiaddr? circuit;
        while ((circuit = node.Routes.Addresses.FirstOrDefault(address => address.IsCircuit)) is null) await Task.Delay(20);
        return circuit.ToString();
    }

    public async Task DialAsync(string address)
    {
        _there = new NodeRoutes(There, "bench", [Multiaddr.Parse(address)], IsRelay: false, "");
        await (await StartAsync("dialler", [], [])).PingAsync(There, CancellationToken.None);
    }

    public async Task BulkAsync(long bytes)
    {
        await using var session = await ConnectAsync("sink");
        var chunk = new byte[64 << 10];
        for (var left = bytes; left > 0; left -= chunk.Length) await session.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)));
        await session.EndWritingAsync();
        await session.ReadExactlyAsync(chunk.AsMemory(0, 8));
        if (BinaryPrimitives.ReadInt64BigEndian(chunk) != bytes) throw new InvalidDataException("Bytes were lost.");
    }

    public async Task<double[]> EchoAsync(int count)
    {
        await using var session = await ConnectAsync("echo");
        var message = new byte[Message];
        var took = new double[count];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await session.WriteAsync(message);
            await session.ReadExactlyAsync(message);
            took[i] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        await session.EndWritingAsync();
        return took;
    }

    public async Task OpenAsync(int count)
    {
        var message = new byte[1];
        for (var i = 0; i < count; i++)
        {
            await using var session = await ConnectAsync("echo");
            await session.WriteAsync(message);
            await session.ReadExactlyAsync(message);
            await session.EndWritingAsync();
        }
    }

    public async Task IdleAsync(int count)
    {
        for (var i = 0; i < count; i++) _idle.Add(await ConnectAsync("echo"));
    }

    private static async Task ServeAsync(IncomingSession asked, CancellationToken cancel)
    {
        await using var session = await asked.AcceptAsync(cancel);
        var buffer = new byte[64 << 10];
        var total = 0L;
        int count;
        while ((count = await session.ReadAsync(buffer, cancel)) > 0)
        {
            total += count;
            if (asked.Target.Service == "echo") await session.WriteAsync(buffer.AsMemory(0, count), cancel);
        }

        BinaryPrimitives.WriteInt64BigEndian(buffer, total);
        if (asked.Target.Service == "sink") await session.WriteAsync(buffer.AsMemory(0, 8), cancel);
        await session.EndWritingAsync(cancel);
    }

    private Task<SessionStream> ConnectAsync(string service) => _node!.ConnectAsync(There, new SessionTarget(service, service, "tcp"), CancellationToken.None);

    private async Task<TunnelNode> StartAsync(string name, IReadOnlyList<Multiaddr> listen, IReadOnlyList<RelayNode> relays)
    {
        var options = new TunnelOptions
        {
            Node = name,
            Group = "bench",
            Identity = Mesh,
            Listen = listen,
            RelayNodes = relays,
            Relay = isRelay ? RelayDuty.Always : RelayDuty.Never,
            HolePunching = false,
        };
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return _node = await TunnelNode.StartAsync(options, this, TimeProvider.System, NullLoggerFactory.Instance, meters);
    }
}
