using System.Buffers;
using System.Net;

using Microsoft.Win32.SafeHandles;

using Skerry.Lab.Fabric;
using Skerry.Primitives;

namespace Skerry.Lab.Routing;

/// <summary>Moves packets between TUN devices as its <see cref="Exchange"/> says: one thread that sleeps until a packet comes or one is due.</summary>
internal sealed unsafe class Router : IDisposable
{
    private const int LargestPacket = 2048; // above the MTU of 1500
    private const int Burst = 64;           // packets read from one device before others have their turn

    private readonly Lock _gate = new();
    private readonly Exchange _exchange;
    private readonly MonotonicClock _clock = new(TimeProvider.System);
    private readonly PacketTrace? _trace = PacketTrace.FromEnvironment();
    private readonly List<SafeFileHandle> _devices = [];
    private readonly SafeFileHandle _wake = new(Libc.EventDescriptor(0, Libc.NonBlocking), ownsHandle: true);
    private readonly Thread _thread;
    private volatile bool _stopping;

    public Router(ulong seed)
    {
        _exchange = new Exchange(seed);
        _thread = new Thread(Run) { IsBackground = true, Name = "lab router", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Plugs in a device.</summary>
    /// <returns>Its port.</returns>
    public int Attach(SafeFileHandle device, string region, IPAddress network)
    {
        lock (_gate)
        {
            var port = _exchange.AddPort(region, network);
            _devices.Add(device);
            Wake();
            return port;
        }
    }

    /// <summary>Changes the way between two regions, in both directions; both may be the same.</summary>
    public void SetWay(string one, string other, Conditions conditions)
    {
        lock (_gate) _exchange.Between(one, other).Conditions = _exchange.Between(other, one).Conditions = conditions;
    }

    /// <summary>Changes the line of a port.</summary>
    public void SetLine(int port, Conditions up, Conditions down)
    {
        lock (_gate) (_exchange.Up(port).Conditions, _exchange.Down(port).Conditions) = (up, down);
    }

    public void Dispose()
    {
        _stopping = true;
        Wake();
        _thread.Join();
        foreach (var device in _devices) device.Dispose();
        _wake.Dispose();
    }

    private void Wake()
    {
        var one = 1UL;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }

    private void Run()
    {
        PollRecord[] records = [];
        while (!_stopping)
        {
            TimeSpan? patience;
            lock (_gate)
            {
                patience = _exchange.NextDeadline - _clock.Now;
                if (records.Length != _devices.Count + 1) records = [.. _devices.Append(_wake).Select(Watch)];
            }

            Wait(records, patience);
            lock (_gate)
            {
                for (var port = 0; port < records.Length - 1; port++)
                {
                    if (records[port].Returned != 0) ReadFrom(port);
                }

                if (records[^1].Returned != 0) Reset();
                _exchange.Advance(_clock.Now);
                while (_exchange.TryTake(out var packet)) Deliver(packet);
            }
        }
    }

    private static PollRecord Watch(SafeFileHandle descriptor) => new() { Descriptor = (int)descriptor.DangerousGetHandle(), Events = Libc.PollIn };

    private static void Wait(PollRecord[] records, TimeSpan? patience)
    {
        fixed (PollRecord* first = records)
        {
            var ticks = Math.Max(0, patience?.Ticks ?? 0);
            var timeout = new TimeSpec { Seconds = ticks / TimeSpan.TicksPerSecond, Nanoseconds = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
            _ = Libc.Poll(first, (nuint)records.Length, patience is null ? null : &timeout, 0);
        }
    }

    private void Reset()
    {
        ulong count;
        _ = Libc.Read(_wake, &count, sizeof(ulong));
    }

    private void ReadFrom(int port)
    {
        for (var i = 0; i < Burst; i++)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(LargestPacket);
            nint length;
            fixed (byte* bytes = buffer) length = Libc.Read(_devices[port], bytes, LargestPacket);
            if (length <= 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return;
            }

            var now = _clock.Now;
            _trace?.Write(buffer.AsSpan(0, (int)length), now);
            _exchange.Receive(port, buffer, (int)length, now);
        }
    }

    /// <summary>A device that takes nothing, since it is down, loses the packet as a dead line would.</summary>
    private void Deliver(Packet packet)
    {
        fixed (byte* bytes = packet.Buffer) _ = Libc.Write(_devices[packet.Target], bytes, (nuint)packet.Length);
        packet.Release();
    }
}
