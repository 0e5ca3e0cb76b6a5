using System.Buffers.Binary;
using System.Net;

using Skerry.Primitives;

namespace Skerry.Lab.Routing;

/// <summary>
/// The internet of a lab, without I/O: ports in regions, each with a prefix. A packet goes up its port's line, across from region to region, and down the
/// line of the port that has its destination; each of the three is a <see cref="Pipe"/>. It answers nothing itself: what has no port is gone.
/// </summary>
internal sealed class Exchange(ulong seed)
{
    private readonly Prng _seeds = new(seed);
    private readonly List<Port> _ports = [];
    private readonly Dictionary<uint, int> _byPrefix = [];
    private readonly Dictionary<(string From, string To), Pipe> _between = [];
    private readonly PriorityQueue<Packet, (Instant Due, long Order)> _underway = new();
    private readonly Queue<Packet> _arrived = [];
    private long _order;

    /// <summary>When something is due; null while nothing is under way.</summary>
    public Instant? NextDeadline => _underway.TryPeek(out _, out var due) ? due.Due : null;

    /// <summary>Packets to addresses that no port has.</summary>
    public long Unroutable { get; private set; }

    /// <summary>Adds a line to a site.</summary>
    /// <param name="region">Where it ends.</param>
    /// <param name="network">Its addresses: the /24 of this one.</param>
    /// <returns>The port's number.</returns>
    public int AddPort(string region, IPAddress network)
    {
        _byPrefix.Add(PrefixOf(network.GetAddressBytes()), _ports.Count);
        _ports.Add(new Port(region, new Pipe(_seeds.Fork()), new Pipe(_seeds.Fork())));
        return _ports.Count - 1;
    }

    /// <summary>The line from a site to its region.</summary>
    public Pipe Up(int port) => _ports[port].Up;

    /// <summary>The line from a region to a site.</summary>
    public Pipe Down(int port) => _ports[port].Down;

    /// <summary>The way between two regions, or inside one.</summary>
    public Pipe Between(string from, string to)
    {
        if (_between.TryGetValue((from, to), out var pipe)) return pipe;
        return _between[(from, to)] = new Pipe(_seeds.Fork());
    }

    /// <summary>Takes what a site sent.</summary>
    /// <param name="port">The site's.</param>
    /// <param name="buffer">Rented from the shared pool; the exchange's from now on.</param>
    /// <param name="length">Bytes of it.</param>
    /// <param name="now">The time.</param>
    public void Receive(int port, byte[] buffer, int length, Instant now)
    {
        var packet = new Packet(buffer, length, port, 0, 0);
        if (TryRoute(buffer.AsSpan(0, length), out var target)) Enter(packet with { Target = target }, now);
        else packet.Release();
    }

    /// <summary>Moves on what is due.</summary>
    public void Advance(Instant now)
    {
        while (_underway.TryPeek(out _, out var due) && due.Due <= now) Enter(_underway.Dequeue(), due.Due);
    }

    /// <summary>The next packet that has arrived at its <see cref="Packet.Target"/>.</summary>
    public bool TryTake(out Packet packet) => _arrived.TryDequeue(out packet);

    private void Enter(Packet packet, Instant now)
    {
        var pipe = packet.Stage switch
        {
            0 => Up(packet.Source),
            1 => Between(_ports[packet.Source].Region, _ports[packet.Target].Region),
            2 => Down(packet.Target),
            _ => null,
        };
        if (pipe is null) _arrived.Enqueue(packet);
        else if (pipe.TryEnter(packet.Length, now, out var leaves)) _underway.Enqueue(packet with { Stage = packet.Stage + 1 }, (leaves, _order++));
        else packet.Release();
    }

    private bool TryRoute(ReadOnlySpan<byte> packet, out int target)
    {
        target = -1;
        if (packet.Length < 20 || packet[0] >> 4 != 4) return false; // IPv6 is off inside, so only a stray
        if (_byPrefix.TryGetValue(PrefixOf(packet[16..20]), out target)) return true;
        Unroutable++;
        return false;
    }

    private static uint PrefixOf(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt32BigEndian(address) >> 8;

    private sealed record Port(string Region, Pipe Up, Pipe Down);
}
