using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

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

    /// <summary>Blocks made at once, one in each lane.</summary>
    private const int Lanes = 8;

    private static readonly uint[] Sigma = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    private readonly uint[] _state = new uint[16];
    private readonly byte[] _stream = new byte[Lanes * BlockLength];
    private int _used = Lanes * BlockLength;

    public XSalsa20(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength);
        Span<uint> words = stackalloc uint[16];
        Load(words, key, nonce[..16]);
        Span<Vector256<uint>> lanes = stackalloc Vector256<uint>[16];
        for (var i = 0; i < 16; i++) lanes[i] = Vector256.Create(words[i]);
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

    private static void Rounds(Span<Vector256<uint>> x)
    {
        for (var i = 0; i < 10; i++)
        {
            Quarter(ref x[0], ref x[4], ref x[8], ref x[12]);
            Quarter(ref x[5], ref x[9], ref x[13], ref x[1]);
            Quarter(ref x[10], ref x[14], ref x[2], ref x[6]);
            Quarter(ref x[15], ref x[3], ref x[7], ref x[11]);
            Quarter(ref x[0], ref x[1], ref x[2], ref x[3]);
            Quarter(ref x[5], ref x[6], ref x[7], ref x[4]);
            Quarter(ref x[10], ref x[11], ref x[8], ref x[9]);
            Quarter(ref x[15], ref x[12], ref x[13], ref x[14]);
        }
    }

    private static void Quarter(ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        b ^= RotateLeft(a + d, 7);
        c ^= RotateLeft(b + a, 9);
        d ^= RotateLeft(c + b, 13);
        a ^= RotateLeft(d + c, 18);
    }

    private static Vector256<uint> RotateLeft(Vector256<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));

    private void NextBlocks()
    {
        Span<Vector256<uint>> input = stackalloc Vector256<uint>[16];
        Span<Vector256<uint>> output = stackalloc Vector256<uint>[16];
        for (var i = 0; i < 16; i++) input[i] = Vector256.Create(_state[i]);
        // The block's number, in two words: 2^32 is a multiple of the lanes, so that no carry falls between them.
        input[8] += Vector256<uint>.Indices;
        input.CopyTo(output);
        Rounds(output);
        for (var word = 0; word < 16; word++)
        {
            var sum = output[word] + input[word];
            for (var lane = 0; lane < Lanes; lane++) BinaryPrimitives.WriteUInt32LittleEndian(_stream.AsSpan((lane * BlockLength) + (4 * word)), sum[lane]);
        }

        _used = 0;
        _state[8] += Lanes;
        if (_state[8] == 0) _state[9]++;
    }
}
