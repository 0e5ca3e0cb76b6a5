using System.Buffers.Binary;

using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>Damages bytes in the ways networks, bugs and enemies do, from a seeded generator.</summary>
internal static class Mutation
{
    // First bytes of the formats that carry a length or a count.
    private static readonly byte[] LengthFormats = [0x8F, 0x9F, 0xBF, 0xC6, 0xC9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF];

    /// <summary>A damaged copy of <paramref name="source"/>; <paramref name="other"/> lends bytes to splices.</summary>
    public static byte[] Apply(byte[] source, byte[] other, Prng prng)
    {
        var bytes = source;
        for (var times = prng.Next(3); times >= 0; times--) bytes = ApplyOnce(bytes, other, prng);
        return bytes;
    }

    private static byte[] ApplyOnce(byte[] source, byte[] other, Prng prng)
    {
        if (source.Length == 0) return Noise(prng, 64);
        var at = prng.Next(source.Length);
        switch (prng.Next(12))
        {
            case 0 or 1: return Changed(source, at, (byte)(source[at] ^ (1 << prng.Next(8))));
            case 2: return Changed(source, at, (byte)prng.Next(256));
            case 3: return source[..at];
            case 4: return [.. source[..at], .. other[prng.Next(other.Length)..]];
            case 5: return Inflated(source, at, prng);
            case 6: return [.. source[..at], .. Noise(prng, 16), .. source[at..]];
            case 7: return [.. source[..at], .. source[prng.Next(at + 1)..]];
            case 8: return [.. source[..at], .. source[Math.Min(source.Length, at + 1 + prng.Next(8))..]];
            case 9: return Noise(prng, prng.Chance(0.1) ? 2_000 : 64);
            case 10: return Nested(source, at, prng);
            default: return prng.Chance(0.002) ? Oversized(source) : source;
        }
    }

    private static byte[] Changed(byte[] source, int at, byte value)
    {
        var bytes = source.AsSpan().ToArray();
        bytes[at] = value;
        return bytes;
    }

    /// <summary>A length or count that claims far more than there is.</summary>
    private static byte[] Inflated(byte[] source, int at, Prng prng)
    {
        var bytes = new byte[Math.Max(source.Length, at + 5)];
        source.CopyTo(bytes, 0);
        bytes[at] = LengthFormats[prng.Next(LengthFormats.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at + 1), prng.Chance(0.5) ? uint.MaxValue : (uint)prng.NextUInt64());
        return bytes;
    }

    /// <summary>Arrays in arrays, as deep as a packet holds.</summary>
    private static byte[] Nested(byte[] source, int at, Prng prng) =>
        [.. source[..at], .. Enumerable.Repeat((byte)(prng.Chance(0.5) ? 0x91 : 0x81), prng.Next(400)), .. source[at..]];

    private static byte[] Oversized(byte[] source)
    {
        var bytes = new byte[WireLimits.MaxPacket + 1];
        source.AsSpan(0, Math.Min(source.Length, bytes.Length)).CopyTo(bytes);
        return bytes;
    }

    private static byte[] Noise(Prng prng, int most)
    {
        var bytes = new byte[prng.Next(most) + 1];
        prng.Fill(bytes);
        return bytes;
    }
}
