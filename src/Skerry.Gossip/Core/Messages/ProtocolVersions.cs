namespace Skerry.Gossip.Core.Messages;

/// <summary>
/// What a node speaks: memberlist's protocol and its delegate's (Serf's). On the wire six bytes, [pmin, pmax, pcur, dmin, dmax, dcur];
/// those a peer left out are zero here, and <see cref="Length"/> says how many it gave.
/// </summary>
internal readonly record struct ProtocolVersions
{
    /// <summary>Bytes in full.</summary>
    public const int FullLength = 6;

    private readonly ulong _packed;

    private ProtocolVersions(ulong packed, byte length)
    {
        _packed = packed;
        Length = length;
    }

    public ProtocolVersions(byte protocolMin, byte protocolMax, byte protocolCurrent, byte delegateMin, byte delegateMax, byte delegateCurrent)
        : this([protocolMin, protocolMax, protocolCurrent, delegateMin, delegateMax, delegateCurrent])
    {
    }

    /// <summary>The first six of <paramref name="bytes"/>, or as many as there are.</summary>
    public ProtocolVersions(ReadOnlySpan<byte> bytes)
    {
        Length = (byte)Math.Min(bytes.Length, FullLength);
        for (var i = 0; i < Length; i++) _packed |= (ulong)bytes[i] << (8 * i);
    }

    /// <summary>What Serf 0.9 and Skerry say: memberlist speaking 2 and understanding 5, Serf 5.</summary>
    public static ProtocolVersions Current { get; } = new(1, 5, 2, 2, 5, 5);

    /// <summary>How many the peer gave, 0 to 6.</summary>
    public byte Length { get; }

    public byte ProtocolMin => this[0];

    /// <summary>3 and above answer TCP pings, 4 send nacks, 5 understand the packet checksum.</summary>
    public byte ProtocolMax => this[1];

    public byte ProtocolCurrent => this[2];

    public byte DelegateMin => this[3];

    public byte DelegateMax => this[4];

    public byte DelegateCurrent => this[5];

    public byte this[int index] => (byte)(_packed >> (8 * index));

    public override string ToString() =>
        $"{ProtocolMin}-{ProtocolMax}:{ProtocolCurrent}/{DelegateMin}-{DelegateMax}:{DelegateCurrent}";
}
