using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p.Core.Mdns;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>The core of multicast DNS with its sockets, its clock and the interfaces of this machine, which come and go.</summary>
internal sealed class MdnsDriver : IAsyncDisposable
{
    private const int LabelLength = 32;

    /// <summary>Interfaces are looked at when the system says that one has changed, and now and then: of an address it speaks before its link is up, and then no more.</summary>
    private static readonly TimeSpan ScanInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ScanAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly MdnsOptions _options;
    private readonly OwnAddresses _own;
    private readonly Action<PeerAddresses> _found;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MonotonicClock _clock;
    private readonly MdnsCore _core;
    private readonly BackgroundTasks _tasks = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly ITimer _scanner;
    private readonly MdnsSocket?[] _sockets;
    private IReadOnlyList<(MdnsLink Link, IReadOnlyList<int> Prefixes)> _links = [];
    private bool _isOver;

    public MdnsDriver(PeerId self, string service, MdnsOptions options, OwnAddresses own, Action<PeerAddresses> found, TimeProvider time, ILogger logger)
    {
        (_options, _own, _found, _time, _logger) = (options, own, found, time, logger);
        _clock = new MonotonicClock(time);
        if (!DnsName.IsSound($"{new string('x', LabelLength)}.{service}.local")) throw new ArgumentException($"'{service}' is no service name: labels of 1 to 63 bytes, dots between them.");
        var label = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", LabelLength);
        _core = new MdnsCore(new MdnsIdentity(self, service, label), options, new Prng(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
        _sockets = [Open(isV6: false), Socket.OSSupportsIPv6 ? Open(isV6: true) : null];
        _timer = time.CreateTimer(_ => Step((core, now) => core.Advance(now)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _scanner = time.CreateTimer(_ => Scan(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        NetworkChange.NetworkAddressChanged += OnNetworkChanged;
        foreach (var socket in _sockets.OfType<MdnsSocket>()) _tasks.Launch(stopping => ReceiveAsync(socket, stopping));
        _scanner.Change(TimeSpan.Zero, ScanInterval);
    }

    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnNetworkChanged;
        Step((core, _) => core.Leave());
        lock (_gate) _isOver = true;
        await _scanner.DisposeAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        foreach (var socket in _sockets) socket?.Dispose();
        await _tasks.DisposeAsync().ConfigureAwait(false);
    }

    private MdnsSocket? Open(bool isV6)
    {
        var socket = MdnsSocket.TryOpen(isV6, _options.Port, out var failure);
        if (failure is not null) Libp2pLog.MdnsNotHeard(_logger, isV6 ? "IPv6" : "IPv4", _options.Port, failure.Message);
        return socket;
    }

    private void OnNetworkChanged(object? sender, EventArgs change)
    {
        Scan();
        lock (_gate)
        {
            if (!_isOver) _scanner.Change(ScanAgain, ScanInterval);
        }
    }

    private void Scan()
    {
        lock (_gate)
        {
            if (_isOver) return;
            var before = _links;
            _links = [.. MdnsInterfaces.Find(_options.AllowLoopback, withV6: true).Where(entry => SocketOf(entry.Link.Id) is not null)];
            if (!before.SelectMany(entry => entry.Link.Addresses).SequenceEqual(_links.SelectMany(entry => entry.Link.Addresses))) _own.OnNetworkChanged();
            foreach (var isV6 in (bool[])[false, true])
                _sockets[isV6 ? 1 : 0]?.Join([.. _links.Select(entry => entry.Link.Id).Where(link => MdnsInterfaces.IsV6(link) == isV6).Select(MdnsInterfaces.CardOf)]);
            Step((core, now) => core.SetLinks([.. _links.Select(entry => entry.Link)], now));
        }
    }

    private MdnsSocket? SocketOf(int link) => _sockets[MdnsInterfaces.IsV6(link) ? 1 : 0];

    private async Task ReceiveAsync(MdnsSocket socket, CancellationToken stopping)
    {
        var buffer = new byte[DnsCodec.MaxLength];
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var packet = await socket.ReceiveAsync(buffer, stopping).ConfigureAwait(false);
                Take(buffer.AsSpan(0, packet.ReceivedBytes), (IPEndPoint)packet.RemoteEndPoint, packet.PacketInformation.Interface);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // Something sent has not arrived, or a packet was longer than any may be: the next one may be sound.
                await Task.Delay(PauseAfterFailure, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, IPEndPoint from, int card)
    {
        if (!DnsCodec.TryDecode(bytes, out var message)) return;
        var sender = new IPEndPoint(MdnsInterfaces.Unscoped(from.Address), from.Port);
        var link = MdnsInterfaces.LinkOf(card, from.AddressFamily == AddressFamily.InterNetworkV6);
        lock (_gate)
        {
            // Nobody from elsewhere has a say here, or gets an answer (RFC 6762, section 11).
            if (!IsNeighbour(sender.Address, link)) return;
            Step((core, now) => core.Receive(message, link, MdnsInterfaces.IsV6(link) ? from : sender, now));
        }
    }

    private bool IsNeighbour(IPAddress sender, int link)
    {
        if (sender.IsIPv6LinkLocal) return true;
        foreach (var (own, prefixes) in _links)
        {
            if (own.Id != link) continue;
            for (var i = 0; i < own.Addresses.Count; i++)
            {
                if (new IPNetwork(Masked(own.Addresses[i], prefixes[i]), prefixes[i]).Contains(sender)) return true;
            }
        }

        return false;
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xFF00 >> Math.Clamp(prefix - (8 * i), 0, 8));
        return new IPAddress(bytes);
    }

    private void Step(Action<MdnsCore, Instant> step)
    {
        lock (_gate)
        {
            if (_isOver) return;
            var now = _clock.Now;
            _core.SetAddresses(_own.Told, now);
            step(_core, now);
            while (_core.TryTake(out var output)) Do(output);
            var wait = _core.NextDeadline == Instant.Never ? LongestSleep : _core.NextDeadline - _clock.Now;
            _timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < LongestSleep ? wait : LongestSleep, Timeout.InfiniteTimeSpan);
        }
    }

    private void Do(MdnsOutput output)
    {
        if (output.Message is { } message) SocketOf(output.Link)?.TrySend(MdnsInterfaces.CardOf(output.Link), DnsCodec.Encode(message), output.Target);
        if (output.Found is { } found) _found(found);
    }
}
