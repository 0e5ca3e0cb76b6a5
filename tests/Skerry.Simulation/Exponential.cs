using System.Numerics;

using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>Draws from the exponential distribution with mean 1: times between things that happen at random.</summary>
internal static class Exponential
{
    private const double Ln2 = 0.6931471805599453;

    /// <summary>
    /// -ln(u), u made of one word. The whole part of -log2(u) is the word's leading zeros, the rest comes from
    /// log2(1+f) ~ f + 0.344 f (1-f), right to 0.01. The runtime's own logarithm may differ between platforms, and seeds must not.
    /// </summary>
    public static double Draw(Prng random)
    {
        var word = random.NextUInt64() | 1;
        var zeros = BitOperations.LeadingZeroCount(word);
        var fraction = (word << zeros << 1) * (1.0 / 18446744073709551616.0);
        return (zeros + 1 - (fraction + (0.344 * fraction * (1 - fraction)))) * Ln2;
    }
}
