using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p;

/// <summary>One layer of a <see cref="Multiaddr"/>.</summary>
public sealed class MultiaddrPart
{
    private readonly byte[] _value;

    internal MultiaddrPart(MultiaddrProtocol protocol, byte[] value)
    {
        Protocol = protocol;
        _value = value;
    }

    /// <summary>What the layer is.</summary>
    public MultiaddrProtocol Protocol { get; }

    /// <summary>Its value as bytes; empty where the layer has none.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <inheritdoc/>
    public override string ToString() => Protocol.Size == 0 ? $"/{Protocol.Name}" : $"/{Protocol.Name}/{Protocol.Format(_value)}";

    internal byte[] ToBytes()
    {
        var head = new byte[2 * VarInt.MaxLength];
        var length = VarInt.Write(head, Protocol.Code);
        if (Protocol.Size == MultiaddrProtocol.Prefixed) length += VarInt.Write(head.AsSpan(length), (ulong)_value.Length);
        return [.. head.AsSpan(0, length), .. _value];
    }
}
