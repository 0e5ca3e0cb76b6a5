using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Bench.Tunnel;

/// <summary>Skerry's libp2p host.</summary>
/// <param name="security">What protects the connection.</param>
/// <param name="isRelay">Whether it carries for others.</param>
internal sealed class Libp2pPeer(string security, bool isRelay) : IPeer
{
    private const string Sink = "/bench/sink/1.0.0";
    private const string Echo = "/bench/echo/1.0.0";
    private const int Message = 64;

    private Libp2pHost? _host;
    private PeerId _peer;
    private Multiaddr? _address;

    public async Task<string> ListenAsync(string ip)
    {
        var host = await StartAsync([Multiaddr.Parse($"/ip4/{ip}/tcp/0")]);
        Serve(host);
        return host.Addresses[0].ToString();
    }

    public async Task<string> ListenThroughAsync(string relay)
    {
        var host = await StartAsync([]);
        Serve(host);
        var reservation = await host.ReserveAsync(await host.ConnectAsync(Multiaddr.Parse(relay)));
        return reservation.Addresses[0].WithPeer(host.PeerId).ToString();
    }

    public async Task DialAsync(string address)
    {
        _address = Multiaddr.Parse(address);
        _peer = await (await StartAsync([])).ConnectAsync(_address);
    }

    public async Task IdleAsync(int count)
    {
        for (var i = 0; i < count; i++) await _host!.DialAsync(_address!);
    }

    private static void Serve(Libp2pHost host)
    {
        host.Handle(Sink, async (stream, cancel) =>
        {
            var buffer = new byte[64 << 10];
            var total = 0L;
            int count;
            while ((count = await stream.ReadAsync(buffer, cancel)) > 0) total += count;
            BinaryPrimitives.WriteInt64BigEndian(buffer, total);
            await stream.WriteAsync(buffer.AsMemory(0, 8), cancel);
            await stream.EndWritingAsync(cancel);
        });
        host.Handle(Echo, async (stream, cancel) =>
        {
            var buffer = new byte[4096];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancel)) > 0) await stream.WriteAsync(buffer.AsMemory(0, count), cancel);
            await stream.EndWritingAsync(cancel);
        });
    }

    public async Task BulkAsync(long bytes)
    {
        await using var stream = await _host!.OpenAsync(_peer, [Sink]);
        var chunk = new byte[64 << 10];
        for (var left = bytes; left > 0; left -= chunk.Length) await stream.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)));
        await stream.EndWritingAsync();
        await stream.ReadExactlyAsync(chunk.AsMemory(0, 8));
        if (BinaryPrimitives.ReadInt64BigEndian(chunk) != bytes) throw new InvalidDataException("Bytes were lost.");
    }

    public async Task<double[]> EchoAsync(int count)
    {
        await using var stream = await _host!.OpenAsync(_peer, [Echo]);
        var message = new byte[Message];
        var took = new double[count];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await stream.WriteAsync(message);
            await stream.ReadExactlyAsync(message);
            took[i] = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        await stream.EndWritingAsync();
        return took;
    }

    public async Task OpenAsync(int count)
    {
        var message = new byte[1];
        for (var i = 0; i < count; i++)
        {
            await using var stream = await _host!.OpenAsync(_peer, [Echo]);
            await stream.WriteAsync(message);
            await stream.ReadExactlyAsync(message);
            await stream.EndWritingAsync();
        }
    }

    private async Task<Libp2pHost> StartAsync(IReadOnlyList<Multiaddr> listen)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var options = new Libp2pOptions
        {
            Identity = IdentityKey.Generate(),
            Listen = listen,
            Security = [security],
            Relay = isRelay ? new RelayOptions() : null,
            HolePunching = false,
            MaxConnections = 4096,
            MaxConnectionsPerPeer = 4096,
        };
        return _host = await Libp2pHost.StartAsync(options, TimeProvider.System, NullLogger.Instance, meters);
    }
}
