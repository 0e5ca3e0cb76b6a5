namespace Skerry.Gossip.Wire;

/// <summary>Packs codes into bytes, least significant bit first. When the destination is full it drops what comes and says so.</summary>
/// <param name="destination">Where the bytes go.</param>
internal ref struct BitPacker(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private uint _bits;
    private int _count;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public bool Overflowed { get; private set; }

    public void Write(int code, int width)
    {
        _bits |= (uint)code << _count;
        _count += width;
        while (_count >= 8)
        {
            Put((byte)_bits);
            _bits >>= 8;
            _count -= 8;
        }
    }

    /// <summary>Writes the last bits, filled up with zeros.</summary>
    public void Flush()
    {
        if (_count > 0) Put((byte)_bits);
        (_bits, _count) = (0, 0);
    }

    private void Put(byte value)
    {
        if (Length < _destination.Length) _destination[Length++] = value;
        else Overflowed = true;
    }
}
