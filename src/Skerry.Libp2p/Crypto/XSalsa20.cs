using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Skerry.Libp2p.Crypto;

/// <summary>
/// The stream cipher XSalsa20 (Bernstein, Extending the Salsa20 nonce, 2011). Neither .NET nor OpenSSL has it, and libp2p's private networks are made of it.
/// One instance is one direction of one connection.
/// </summary>
internal sealed class XSalsa20
{
    public const int KeyLength = 32;

    public const int NonceLength = 24;

    private const int BlockLength = 64;

    private const int Words = 16;

    private static readonly uint[] Sigma = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    /// <summary>Blocks made at once, one in each lane: a power of two.</summary>
    private static readonly int Lanes = Vector<uint>.Count;

    private readonly uint[] _state = new uint[Words];
    private readonly byte[] _stream = new byte[Lanes * BlockLength];
    private int _used = Lanes * BlockLength;

    public XSalsa20(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength);
        Span<uint> words = stackalloc uint[Words];
        Load(words, key, nonce[..16]);
        Span<Vector<uint>> lanes = stackalloc Vector<uint>[Words];
        for (var i = 0; i < Words; i++) lanes[i] = new Vector<uint>(words[i]);
        Rounds(lanes);
        // HSalsa20: the words whose inputs everybody knows give the key of this nonce.
        Span<byte> subkey = stackalloc byte[KeyLength];
        ReadOnlySpan<int> from = [0, 5, 10, 15, 6, 7, 8, 9];
        for (var i = 0; i < from.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(subkey[(4 * i)..], lanes[from[i]][0]);
        Span<byte> rest = stackalloc byte[16];
        nonce[16..].CopyTo(rest);
        Load(_state, subkey, rest);
    }

    /// <summary>Encrypts or decrypts the next bytes in place.</summary>
    public void Apply(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_used == _stream.Length) NextBlocks();
            var count = Math.Min(bytes.Length, _stream.Length - _used);
            Xor(bytes[..count], _stream.AsSpan(_used, count));
            _used += count;
            bytes = bytes[count..];
        }
    }

    private static void Xor(Span<byte> bytes, ReadOnlySpan<byte> with)
    {
        var i = 0;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count) (new Vector<byte>(bytes[i..]) ^ new Vector<byte>(with[i..])).CopyTo(bytes[i..]);
        for (; i < bytes.Length; i++) bytes[i] ^= with[i];
    }

    private static void Load(Span<uint> state, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        for (var i = 0; i < 4; i++)
        {
            // Constants on the diagonal; half of the key above the input, half below.
            state[5 * i] = Sigma[i];
            state[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            state[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(input[(4 * i)..]);
            state[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
        }
    }

    /// <summary>The twenty rounds. Sixteen locals, not the span's elements, are what the compiler keeps in registers.</summary>
    private static void Rounds(Span<Vector<uint>> x)
    {
        var (x0, x1, x2, x3) = (x[0], x[1], x[2], x[3]);
        var (x4, x5, x6, x7) = (x[4], x[5], x[6], x[7]);
        var (x8, x9, x10, x11) = (x[8], x[9], x[10], x[11]);
        var (x12, x13, x14, x15) = (x[12], x[13], x[14], x[15]);
        for (var i = 0; i < 10; i++)
        {
            Quarter(ref x0, ref x4, ref x8, ref x12);
            Quarter(ref x5, ref x9, ref x13, ref x1);
            Quarter(ref x10, ref x14, ref x2, ref x6);
            Quarter(ref x15, ref x3, ref x7, ref x11);
            Quarter(ref x0, ref x1, ref x2, ref x3);
            Quarter(ref x5, ref x6, ref x7, ref x4);
            Quarter(ref x10, ref x11, ref x8, ref x9);
            Quarter(ref x15, ref x12, ref x13, ref x14);
        }

        (x[0], x[1], x[2], x[3]) = (x0, x1, x2, x3);
        (x[4], x[5], x[6], x[7]) = (x4, x5, x6, x7);
        (x[8], x[9], x[10], x[11]) = (x8, x9, x10, x11);
        (x[12], x[13], x[14], x[15]) = (x12, x13, x14, x15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(ref Vector<uint> a, ref Vector<uint> b, ref Vector<uint> c, ref Vector<uint> d)
    {
        b ^= RotateLeft(a + d, 7);
        c ^= RotateLeft(b + a, 9);
        d ^= RotateLeft(c + b, 13);
        a ^= RotateLeft(d + c, 18);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> RotateLeft(Vector<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));

    private void NextBlocks()
    {
        Span<Vector<uint>> input = stackalloc Vector<uint>[Words];
        Span<Vector<uint>> output = stackalloc Vector<uint>[Words];
        for (var i = 0; i < Words; i++) input[i] = new Vector<uint>(_state[i]);
        // The block's number, in two words: 2^32 is a multiple of the lanes, so that no carry falls between them.
        input[8] += Vector<uint>.Indices;
        input.CopyTo(output);
        Rounds(output);
        // From a vector for each word to a block for each lane: two words at a time, one above the other.
        Span<Vector<ulong>> pair = stackalloc Vector<ulong>[2];
        var lanes = MemoryMarshal.Cast<Vector<ulong>, ulong>(pair);
        var blocks = MemoryMarshal.Cast<byte, ulong>(_stream.AsSpan());
        for (var word = 0; word < Words; word += 2)
        {
            var (low, high) = (output[word] + input[word], output[word + 1] + input[word + 1]);
            pair[0] = Vector.WidenLower(low) | (Vector.WidenLower(high) << 32);
            pair[1] = Vector.WidenUpper(low) | (Vector.WidenUpper(high) << 32);
            for (var lane = 0; lane < lanes.Length; lane++) blocks[(lane * (BlockLength / sizeof(ulong))) + (word / 2)] = lanes[lane];
        }

        _used = 0;
        _state[8] += (uint)Lanes;
        if (_state[8] == 0) _state[9]++;
    }
}
