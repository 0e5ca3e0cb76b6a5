using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Driver;

/// <summary>
/// The core with its UDP socket and its clock. One thread blocks until a packet comes or a deadline is due: at rest that costs a system call or two
/// a second and nothing of the thread pool. Every step of the core runs under one lock, and its outputs are done before the lock is let go.
/// </summary>
internal sealed class GossipLoop : IDisposable
{
    private const int MaxPacket = 65_536;
    private const int MaxBatch = 64;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly GossipCore _core;
    private readonly MonotonicClock _clock;
    private readonly Socket _socket;
    private readonly Socket _bell;
    private readonly SocketAddress _bellTarget;
    private readonly byte[] _sendBuffer = new byte[MaxPacket];
    private readonly PacketEncoder _encoder = new();
    private readonly ILogger _logger;
    private readonly GossipMetrics _metrics;
    private readonly IGossipEffects _effects;
    private readonly Thread _thread;
    private Keyring _keyring;
    private Instant _wakeAt = Instant.Never;
    private volatile bool _stopping;

    public GossipLoop(GossipCore core, Socket socket, Keyring keyring, TimeProvider time, IGossipEffects effects, GossipMetrics metrics, ILogger logger)
    {
        _core = core;
        _socket = socket;
        _keyring = keyring;
        _clock = new MonotonicClock(time);
        _effects = effects;
        _metrics = metrics;
        _logger = logger;
        var local = (IPEndPoint)socket.LocalEndPoint!;
        _bell = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _bellTarget = new IPEndPoint(local.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : local.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : local.Address, local.Port).Serialize();
        _thread = new Thread(Run) { IsBackground = true, Name = "gossip" };
    }

    /// <summary>Opened by the first key; swapped whole when keys change.</summary>
    public Keyring Keyring
    {
        get { lock (_gate) return _keyring; }
        set { lock (_gate) _keyring = value; }
    }

    public void Start()
    {
        Step((core, now) => core.Start(now));
        _thread.Start();
    }

    /// <summary>Runs one step of the core and does what it asks for.</summary>
    public void Step(Action<GossipCore, Instant> step) => Step((core, now) =>
    {
        step(core, now);
        return true;
    });

    /// <summary>Runs one step of the core, does what it asks for, and gives its result.</summary>
    public T Step<T>(Func<GossipCore, Instant, T> step)
    {
        lock (_gate)
        {
            var result = step(_core, _clock.Now);
            Drain();
            if (_core.NextDeadline < _wakeAt) Ring();
            return result;
        }
    }

    /// <summary>Reads from the core; what it would have done waits for the next step.</summary>
    public T Read<T>(Func<GossipCore, T> read)
    {
        lock (_gate) return read(_core);
    }

    /// <summary>Sends one packet outside the core's order.</summary>
    public void Send(NodeAddress to, ReadOnlyMemory<byte> part)
    {
        lock (_gate) Send(new SendPacket(to, [part], Checksum: false));
    }

    public void Dispose()
    {
        _stopping = true;
        Ring();
        if (_thread.IsAlive) _thread.Join();
        _bell.Dispose();
        _encoder.Dispose();
    }

    private void Run()
    {
        using var decoder = new PacketDecoder();
        var buffer = new byte[MaxPacket];
        var from = new SocketAddress(_socket.AddressFamily);
        try
        {
            while (!_stopping)
            {
                if (Wait()) ReceiveReady(decoder, buffer, from);
                lock (_gate)
                {
                    _core.Advance(_clock.Now);
                    Drain();
                }
            }
        }
        catch (Exception broken) when (!_stopping)
        {
            GossipLog.Stopped(_logger, "this node", broken.Message, broken);
            _effects.OnBroken(broken);
        }
        catch (ObjectDisposedException)
        {
            // The socket was closed under a stopping loop.
        }
    }

    /// <summary>Blocks until a packet is there or a deadline has come; true for a packet.</summary>
    private bool Wait()
    {
        int microseconds;
        lock (_gate)
        {
            var now = _clock.Now;
            _wakeAt = _core.NextDeadline;
            var sleep = _wakeAt == Instant.Never ? LongestSleep : _wakeAt - now;
            if (sleep > LongestSleep) sleep = LongestSleep;
            // Rounded up to whole milliseconds: poll(2) counts in them, and waking early means waking twice.
            microseconds = sleep <= TimeSpan.Zero ? 0 : (int)Math.Ceiling(sleep.TotalMilliseconds) * 1000;
        }

        var ready = _socket.Poll(microseconds, SelectMode.SelectRead);
        lock (_gate) _wakeAt = Instant.Origin;
        return ready;
    }

    private void ReceiveReady(PacketDecoder decoder, byte[] buffer, SocketAddress from)
    {
        // A bounded batch: deadlines must not starve under a flood.
        for (var batch = 0; batch < MaxBatch; batch++)
        {
            int length;
            try
            {
                length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
            }
            catch (SocketException refused) when (refused.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
            {
                length = 0;
            }

            if (length > 0) Receive(decoder, buffer.AsMemory(0, length), from);
            if (_stopping || !_socket.Poll(0, SelectMode.SelectRead)) return;
        }
    }

    private void Receive(PacketDecoder decoder, ReadOnlyMemory<byte> packet, SocketAddress from)
    {
        _metrics.Received(packet.Length);
        lock (_gate)
        {
            if (!decoder.TryDecode(packet, _keyring, out var error))
            {
                Refuse(error, from);
                return;
            }

            for (var lost = 0; lost < decoder.LostParts; lost++) _metrics.Refused(decoder.LostReason);
            var sender = AddressOf(from);
            var now = _clock.Now;
            foreach (var part in decoder.Parts)
            {
                if (GossipCodec.TryDecode(part.Span, out var message, out error)) _core.Receive(message, sender, now);
                else Refuse(error, from);
            }

            Drain();
        }
    }

    private void Refuse(DecodeError error, SocketAddress from)
    {
        _metrics.Refused(error);
        if (_logger.IsEnabled(LogLevel.Debug)) GossipLog.PacketRefused(_logger, AddressOf(from).ToString(), error.ToString());
    }

    private static NodeAddress AddressOf(SocketAddress from)
    {
        IPEndPoint template = from.Family == AddressFamily.InterNetworkV6 ? new IPEndPoint(IPAddress.IPv6Any, 0) : new IPEndPoint(IPAddress.Any, 0);
        return NodeAddress.From((IPEndPoint)template.Create(from));
    }

    private void Drain()
    {
        while (_core.TryTake(out var output))
        {
            if (output is SendPacket packet) Send(packet);
            else _effects.Do(output);
        }
    }

    private void Send(SendPacket packet)
    {
        var options = new PacketOptions(_keyring, Compress: packet.Parts.Length > 1, packet.Checksum);
        Invariant.That(_encoder.TryEncode(packet.Parts.AsSpan(), options, _sendBuffer, out var written));
        try
        {
            _socket.SendTo(_sendBuffer.AsSpan(0, written), SocketFlags.None, packet.To.ToEndPoint());
            _metrics.Sent(written);
        }
        catch (SocketException unreachable)
        {
            // A lost packet is nothing new to the protocol.
            _metrics.Noticed(Notice.Dropped);
            if (_logger.IsEnabled(LogLevel.Debug)) GossipLog.ExchangeFailed(_logger, packet.To.ToString(), unreachable.Message);
        }
    }

    private void Ring()
    {
        try
        {
            _bell.SendTo([], SocketFlags.None, _bellTarget);
        }
        catch (SocketException)
        {
            // Loopback is down: the loop wakes by itself within a minute.
        }
    }
}
