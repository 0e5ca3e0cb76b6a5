using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Driver;

/// <summary>
/// The core with its UDP socket and its clock. One thread blocks in poll(2) until a packet comes or a deadline is due: at rest a node wakes a few
/// times a second, for its own probe and for those of others, and touches neither timers nor the thread pool. Every step of the core runs under one
/// lock, and its outputs are done before the lock is let go.
/// </summary>
internal sealed class GossipLoop : IDisposable
{
    private const int MaxPacket = 65_536;

    /// <summary>Packets taken between two looks at the deadlines: these must not starve under a flood.</summary>
    private const int MaxBatch = 64;

    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly GossipCore _core;
    private readonly MonotonicClock _clock;
    private readonly Socket _socket;
    private readonly Socket _bell;
    private readonly SocketAddress _bellTarget;
    private readonly byte[] _sendBuffer = new byte[MaxPacket];
    private readonly PacketEncoder _encoder = new();
    private readonly KeyStore _keys;
    private readonly ILogger _logger;
    private readonly GossipMetrics _metrics;
    private readonly IGossipEffects _effects;
    private readonly Thread _thread;
    private Instant _wakeAt = Instant.Never;
    private volatile bool _stopping;
    private bool _disposed;

    public GossipLoop(GossipCore core, Socket socket, KeyStore keys, TimeProvider time, IGossipEffects effects, GossipMetrics metrics, ILogger logger)
    {
        _core = core;
        _socket = socket;
        _keys = keys;
        _clock = new MonotonicClock(time);
        _effects = effects;
        _metrics = metrics;
        _logger = logger;
        var local = (IPEndPoint)socket.LocalEndPoint!;
        _bell = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _bellTarget = ReachedFromHere(local).Serialize();
        _thread = new Thread(Run) { IsBackground = true, Name = "gossip" };
    }

    /// <summary>Name of this node.</summary>
    public string Name => _core.Name;

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
            try
            {
                var result = step(_core, _clock.Now);
                Drain();
                if (!_stopping && _core.NextDeadline < _wakeAt) Ring();
                return result;
            }
            catch (Exception broken)
            {
                Break(broken);
                throw;
            }
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

    /// <summary>Ends the thread and awaits it; packets are neither taken nor sent from then on.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stopping = true;
        if (_thread.IsAlive)
        {
            do Ring();
            while (!_thread.Join(PauseAfterFailure));
        }

        lock (_gate)
        {
            _bell.Dispose();
            _encoder.Dispose();
        }
    }

    private static IPEndPoint ReachedFromHere(IPEndPoint bound) => bound.Address switch
    {
        var every when every.Equals(IPAddress.Any) => new IPEndPoint(IPAddress.Loopback, bound.Port),
        var every when every.Equals(IPAddress.IPv6Any) => new IPEndPoint(IPAddress.IPv6Loopback, bound.Port),
        _ => bound,
    };

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
        catch (Exception broken)
        {
            Break(broken);
        }
    }

    /// <summary>A bug, never bad input: this part stops, and whoever runs the node is told.</summary>
    private void Break(Exception broken)
    {
        if (_stopping) return;
        _stopping = true;
        GossipLog.Stopped(_logger, Name, broken.Message, broken);
        _effects.OnBroken(broken);
    }

    /// <summary>Blocks until a packet is there or a deadline has come; true for a packet.</summary>
    private bool Wait()
    {
        int microseconds;
        lock (_gate)
        {
            _wakeAt = _core.NextDeadline;
            var sleep = _wakeAt == Instant.Never ? LongestSleep : _wakeAt - _clock.Now;
            if (sleep > LongestSleep) sleep = LongestSleep;
            // Rounded up to whole milliseconds: poll(2) counts in them, and waking early means waking twice.
            microseconds = sleep <= TimeSpan.Zero ? 0 : (int)Math.Ceiling(sleep.TotalMilliseconds) * 1000;
        }

        var isReady = _socket.Poll(microseconds, SelectMode.SelectRead);
        lock (_gate) _wakeAt = Instant.Origin;
        return isReady;
    }

    private void ReceiveReady(PacketDecoder decoder, byte[] buffer, SocketAddress from)
    {
        for (var batch = 0; batch < MaxBatch && !_stopping; batch++)
        {
            try
            {
                var length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
                if (length > 0) Receive(decoder, buffer.AsMemory(0, length), from);
                if (!_socket.Poll(0, SelectMode.SelectRead)) return;
            }
            catch (SocketException failure)
            {
                // An interface gone or no memory for a moment: it passes, or the members will say that this node does not answer.
                GossipLog.ReceiveFailed(_logger, failure.Message);
                Thread.Sleep(PauseAfterFailure);
                return;
            }
        }
    }

    private void Receive(PacketDecoder decoder, ReadOnlyMemory<byte> packet, SocketAddress from)
    {
        _metrics.Received(packet.Length);
        if (!decoder.TryDecode(packet, _keys.Ring, out var error))
        {
            Refuse(error, from);
            return;
        }

        for (var lost = 0; lost < decoder.LostParts; lost++) _metrics.Refused(decoder.LostReason);
        var sender = AddressOf(from);
        lock (_gate)
        {
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
        if (_stopping) return;
        // One message goes as it is: a ping or an ack is too short to shrink.
        var options = new PacketOptions(_keys.Ring, Compress: packet.Parts.Length > 1, packet.Checksum);
        if (!_encoder.TryEncode(packet.Parts.AsSpan(), options, _sendBuffer, out var written))
        {
            // A message passed on for another may be larger than a packet with what we add to it.
            _metrics.Unsent();
            return;
        }

        try
        {
            _socket.SendTo(_sendBuffer.AsSpan(0, written), SocketFlags.None, packet.To.ToEndPoint());
            _metrics.Sent(written);
        }
        catch (Exception refused) when (refused is SocketException or ArgumentException)
        {
            // No route, or an address of the other family: a lost packet is nothing new to the protocol.
            _metrics.Unsent();
            if (_logger.IsEnabled(LogLevel.Debug)) GossipLog.SendFailed(_logger, packet.To.ToString(), refused.Message);
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
            // Loopback is down: the loop wakes by itself at its next deadline.
        }
    }
}
