using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Lab.Programs;
using Skerry.Libp2p;

namespace Skerry.Lab.Peers;

/// <summary>A <see cref="Libp2pHost"/> as a program; it ends when its input does.</summary>
internal sealed class PeerProgram : IAsyncDisposable
{
    public const string Echo = "/skerry/lab/echo/1.0.0";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ConcurrentDictionary<PeerId, FoundPeer> _found = new();
    private Libp2pHost? _host;

    private Libp2pHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public static async Task<int> RunAsync(TextReader input, TextWriter output)
    {
        await using var program = new PeerProgram();
        await new RequestLoop<PeerRequest, PeerAnswer>(input, output, program.DoAsync).RunAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        await _services.DisposeAsync();
    }

    private Task<PeerAnswer> DoAsync(PeerRequest request) => request.Do switch
    {
        "start" => StartAsync(request),
        "connect" => ConnectAsync(request.Address!),
        "reserve" => ReserveAsync(request.Address!),
        "ping" => PingAsync(request.Peer!),
        "echo" => EchoAsync(request.Peer!, request.Bytes),
        "found" => UntilFoundAsync(request.Peer!, request.Address!, request.Seconds),
        "direct" => UntilDirectAsync(request.Peer!, request.Seconds),
        _ => throw new InvalidOperationException($"Unknown request '{request.Do}'."),
    };

    private async Task<PeerAnswer> StartAsync(PeerRequest request)
    {
        var options = new Libp2pOptions
        {
            Identity = IdentityKey.FromSeed(SHA256.HashData(Encoding.UTF8.GetBytes(request.Name!))),
            Listen = [Multiaddr.Parse(request.Address!)],
            Relay = request.IsRelay ? new RelayOptions() : null,
            Mdns = request.IsInLan ? new MdnsOptions() : null,
            IsTrustedObserver = _ => true, // there is one relay to ask
        };
        _host = await Libp2pHost.StartAsync(options, TimeProvider.System, NullLogger.Instance, _services.GetRequiredService<IMeterFactory>());
        _host.PeerFound += found => _found[found.Peer] = found;
        _host.Handle(Echo, async (stream, cancel) =>
        {
            await stream.CopyToAsync(stream, cancel);
            await stream.EndWritingAsync(cancel);
        });
        return new PeerAnswer { Peer = _host.PeerId.ToString(), Addresses = [.. _host.Addresses.Select(address => address.ToString())] };
    }

    private async Task<PeerAnswer> ConnectAsync(string address)
    {
        var connection = await Host.DialAsync(Multiaddr.Parse(address));
        return new PeerAnswer { Peer = connection.Peer.ToString(), Addresses = [connection.Address.ToString()] };
    }

    private async Task<PeerAnswer> ReserveAsync(string address)
    {
        var reservation = await Host.ReserveAsync(await Host.ConnectAsync(Multiaddr.Parse(address)));
        return new PeerAnswer { Peer = reservation.Relay.ToString(), Addresses = [.. reservation.Addresses.Select(way => way.ToString())] };
    }

    private async Task<PeerAnswer> PingAsync(string peer) => Describe(Id(peer)) with { RoundTrip = (await Host.PingAsync(Id(peer))).TotalMilliseconds };

    /// <summary>Sends bytes and takes them back; wrong ones are an error.</summary>
    private async Task<PeerAnswer> EchoAsync(string peer, int count)
    {
        await using var stream = await Host.OpenAsync(Id(peer), [Echo]);
        var sent = RandomNumberGenerator.GetBytes(count);
        var writing = WriteAsync();
        var received = new MemoryStream();
        await stream.CopyToAsync(received);
        await writing;
        if (!received.ToArray().AsSpan().SequenceEqual(sent)) throw new IOException($"{received.Length} other bytes came back for {count}.");
        return Describe(Id(peer));

        async Task WriteAsync()
        {
            await stream.WriteAsync(sent);
            await stream.EndWritingAsync();
        }
    }

    /// <summary>Waits until a peer is found in the LAN at an address; an error when it is not.</summary>
    private async Task<PeerAnswer> UntilFoundAsync(string peer, string address, double seconds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        IReadOnlyList<string> addresses = [];
        while (!limit.IsCancellationRequested)
        {
            if (_found.TryGetValue(Id(peer), out var found)) addresses = [.. found.Addresses.Select(known => known.WithPeer(found.Peer).ToString())];
            if (addresses.Contains(address)) return new PeerAnswer { Peer = peer, Addresses = addresses };
            await Task.Delay(10); // between two polls of the condition
        }

        return new PeerAnswer { Peer = peer, Addresses = addresses, Error = $"Not found at {address} but at: {string.Join(", ", addresses)}." };
    }

    /// <summary>Waits for a connection that no relay carries; an error when none comes.</summary>
    private async Task<PeerAnswer> UntilDirectAsync(string peer, double seconds)
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<PeerConnection> look = _ =>
        {
            if (Host.Connections.Any(connection => connection.Peer == Id(peer) && !connection.IsRelayed)) came.TrySetResult();
        };
        Host.Connected += look;
        look(null!);
        try
        {
            await came.Task.WaitAsync(TimeSpan.FromSeconds(seconds));
            return Describe(Id(peer));
        }
        catch (TimeoutException)
        {
            return Describe(Id(peer)) with { Error = "No direct connection came." };
        }
        finally
        {
            Host.Connected -= look;
        }
    }

    private PeerAnswer Describe(PeerId peer) => new()
    {
        Peer = peer.ToString(),
        Addresses = [.. Host.Connections.Where(connection => connection.Peer == peer).Select(connection => connection.Address.ToString())],
    };

    private static PeerId Id(string text) => PeerId.TryParse(text, out var id) ? id : throw new InvalidOperationException($"'{text}' is no peer.");
}
