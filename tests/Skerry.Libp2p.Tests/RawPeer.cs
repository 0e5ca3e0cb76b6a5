using System.Net.Sockets;

using Skerry.Libp2p.Driver;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests;

/// <summary>A peer that has proved who it is and then speaks yamux by hand, as badly as the test wants.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly NoiseStream _channel;
    private readonly byte[] _skipped = new byte[64 << 10];

    private RawPeer(NoiseStream channel) => _channel = channel;

    public static async Task<RawPeer> ConnectAsync(Libp2pHost host, CancellationToken cancel)
    {
        host.Addresses[0].TryGetTcp(out var endPoint);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint!, cancel);
        var stream = new NetworkStream(socket, ownsSocket: true);
        var identity = IdentityKey.Generate();
        await Negotiation.ProposeAsync(stream, [NoiseSecurity.Protocol], cancel);
        var (send, receive, _) = await NoiseSecurity.SecureAsync(stream, identity, isDialler: true, cancel);
        var ledger = new ResourceLedger(new Libp2pOptions { Identity = identity });
        var channel = new NoiseStream(stream, send, receive, ledger.Enter(host.PeerId));
        await Negotiation.ProposeAsync(channel, [Upgrader.Yamux], cancel);
        return new RawPeer(channel);
    }

    public Task SendAsync(YamuxType type, YamuxFlags flags, uint stream, uint length, CancellationToken cancel) =>
        SendAsync([new YamuxHeader(type, flags, stream, length)], cancel);

    /// <summary>Many frames without data, at once.</summary>
    public async Task SendAsync(IEnumerable<YamuxHeader> headers, CancellationToken cancel)
    {
        var bytes = new List<byte>();
        foreach (var header in headers)
        {
            var frame = new byte[YamuxHeader.Size];
            header.Write(frame);
            bytes.AddRange(frame);
        }

        await _channel.WriteAsync(bytes.ToArray(), cancel);
    }

    public async Task SendDataAsync(uint stream, byte[] data, CancellationToken cancel)
    {
        await SendAsync(YamuxType.Data, YamuxFlags.None, stream, (uint)data.Length, cancel);
        await _channel.WriteAsync(data, cancel);
    }

    /// <summary>The next frame; null when the host has hung up. Data is skipped.</summary>
    public async Task<YamuxHeader?> ReadAsync(CancellationToken cancel)
    {
        var bytes = new byte[YamuxHeader.Size];
        try
        {
            if (await _channel.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel) < bytes.Length || !YamuxHeader.TryRead(bytes, out var header)) return null;
            for (var left = header.Type == YamuxType.Data ? (int)header.Length : 0; left > 0;) left -= await _channel.ReadAsync(_skipped.AsMemory(0, Math.Min(left, _skipped.Length)), cancel);
            return header;
        }
        catch (Exception ended) when (ended is IOException or Libp2pException)
        {
            return null;
        }
    }

    /// <summary>Reads until the frame that is meant comes.</summary>
    public async Task<YamuxHeader?> UntilAsync(Func<YamuxHeader, bool> isMeant, CancellationToken cancel)
    {
        while (await ReadAsync(cancel) is { } header)
        {
            if (isMeant(header)) return header;
        }

        return null;
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();
}
