using System.Numerics;

namespace Skerry.Primitives;

/// <summary>
/// A small seeded generator whose sequence is ours to keep: xoshiro256** (Blackman and Vigna, 2018), its state filled by
/// SplitMix64. The same seed gives the same numbers on every version of every runtime. Not for secrets; not thread-safe.
/// </summary>
public sealed class Prng
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>A generator that starts from <paramref name="seed"/>; every seed is good, zero too.</summary>
    public Prng(ulong seed)
    {
        _s0 = SplitMix64(ref seed);
        _s1 = SplitMix64(ref seed);
        _s2 = SplitMix64(ref seed);
        _s3 = SplitMix64(ref seed);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number in 0 .. <paramref name="bound"/> - 1, every one as likely (Lemire, 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var range = (uint)bound;
        var product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
        {
            var threshold = unchecked(0u - range) % range;
            while ((uint)product < threshold) product = (NextUInt64() >> 32) * range;
        }

        return (int)(product >> 32);
    }

    /// <summary>A number in 0 (inclusive) .. 1 (exclusive), with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A duration in zero (inclusive) .. <paramref name="bound"/> (exclusive); zero when the bound is not positive.</summary>
    public TimeSpan NextDuration(TimeSpan bound) => bound <= TimeSpan.Zero ? TimeSpan.Zero : new TimeSpan((long)(NextDouble() * bound.Ticks));

    /// <summary>True with the given probability; never at 0 or below, always at 1 or above.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>Puts the items in a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Fills <paramref name="destination"/> with random bytes.</summary>
    public void Fill(Span<byte> destination)
    {
        for (var i = 0; i < destination.Length; i += 8)
        {
            var word = NextUInt64();
            for (var j = i; j < Math.Min(i + 8, destination.Length); j++, word >>= 8) destination[j] = (byte)word;
        }
    }

    /// <summary>A generator of its own for a part of the whole, so that one part's draws do not move another's.</summary>
    public Prng Fork() => new(NextUInt64());

    private static ulong SplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
