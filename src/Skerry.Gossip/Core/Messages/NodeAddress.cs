using System.Buffers.Binary;
using System.Net;

namespace Skerry.Gossip.Core.Messages;

/// <summary>
/// An address as a node gave it: the raw bytes of the IP and the port. Memberlist compares raw bytes, so the 4-byte and the 16-byte form
/// of one IPv4 address are two addresses; they are kept and passed on verbatim, and only become one when a socket is opened.
/// </summary>
internal readonly struct NodeAddress : IEquatable<NodeAddress>, IComparable<NodeAddress>
{
    /// <summary>The longest IP, bytes.</summary>
    public const int MaxIPLength = 16;

    private const ulong MappedPrefix = 0x0000_0000_0000_FFFF;

    // Big-endian halves of the IP; an IPv4 in 4 bytes is the low 32 bits of _low.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly byte _length;

    private NodeAddress(ulong high, ulong low, byte length, ushort port)
    {
        _high = high;
        _low = low;
        _length = length;
        Port = port;
    }

    public ushort Port { get; }

    /// <summary>Bytes in the IP: 0 (none given), 4 or 16.</summary>
    public int IPLength => _length;

    /// <summary>Whether an IP was given.</summary>
    public bool HasIP => _length != 0;

    /// <summary>This address with another port.</summary>
    public NodeAddress WithPort(ushort port) => new(_high, _low, _length, port);

    /// <summary>The form sockets see: an IPv4 mapped into 16 bytes becomes one of 4.</summary>
    public NodeAddress Normalized => IsMappedIPv4 ? new NodeAddress(0, (uint)_low, 4, Port) : this;

    private bool IsMappedIPv4 => _length == 16 && _high == 0 && _low >> 32 == MappedPrefix;

    /// <summary>An address from raw bytes, kept verbatim.</summary>
    /// <returns>False unless there are 0, 4 or 16 bytes.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> ip, ushort port, out NodeAddress address)
    {
        address = ip.Length switch
        {
            4 => new NodeAddress(0, BinaryPrimitives.ReadUInt32BigEndian(ip), 4, port),
            16 => new NodeAddress(BinaryPrimitives.ReadUInt64BigEndian(ip), BinaryPrimitives.ReadUInt64BigEndian(ip[8..]), 16, port),
            _ => new NodeAddress(0, 0, 0, port),
        };
        return ip.Length is 0 or 4 or 16;
    }

    /// <summary>The address of an end point, an IPv4 (mapped or not) always in 4 bytes.</summary>
    public static NodeAddress From(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[MaxIPLength];
        endPoint.Address.TryWriteBytes(bytes, out var length);
        TryCreate(bytes[..length], (ushort)endPoint.Port, out var address);
        return address.Normalized;
    }

    /// <summary>Where to send; an IPv4 mapped into 16 bytes becomes a plain IPv4. Meaningless when <see cref="HasIP"/> is false.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[MaxIPLength];
        var normalized = Normalized;
        var length = normalized.WriteIP(bytes);
        return new IPEndPoint(length == 0 ? IPAddress.Any : new IPAddress(bytes[..length]), Port);
    }

    /// <summary>Writes the raw bytes of the IP.</summary>
    /// <returns>How many: <see cref="IPLength"/>.</returns>
    public int WriteIP(Span<byte> destination)
    {
        if (_length == 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
        }
        else if (_length == 16)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
            BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        }

        return _length;
    }

    public static bool operator ==(NodeAddress left, NodeAddress right) => left.Equals(right);

    public static bool operator !=(NodeAddress left, NodeAddress right) => !left.Equals(right);

    public bool Equals(NodeAddress other) =>
        _high == other._high && _low == other._low && _length == other._length && Port == other.Port;

    public override bool Equals(object? obj) => obj is NodeAddress other && Equals(other);

    /// <summary>The same in every process.</summary>
    public override int GetHashCode()
    {
        var hash = (_high * 0x9E3779B97F4A7C15) ^ (_low * 0xC2B2AE3D27D4EB4F) ^ ((ulong)_length << 16) ^ Port;
        return (int)(hash ^ (hash >> 32));
    }

    /// <summary>By length, then IP, then port.</summary>
    public int CompareTo(NodeAddress other)
    {
        var order = _length.CompareTo(other._length);
        if (order == 0) order = _high.CompareTo(other._high);
        if (order == 0) order = _low.CompareTo(other._low);
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    public override string ToString() => HasIP ? ToEndPoint().ToString() : $":{Port}";
}
