using System.Numerics;

using Skerry.Primitives;

namespace Skerry.Simulation.Tests;

/// <summary>What the simulator leans on beyond the sequence itself: even bits, and generators that do not move each other.</summary>
public sealed class PrngTests
{
    [Fact]
    public void A_fork_does_not_see_what_its_parent_draws_later()
    {
        var (left, right) = (new Prng(5), new Prng(5));
        var (leftFork, rightFork) = (left.Fork(), right.Fork());
        for (var i = 0; i < 100; i++) left.NextUInt64();
        for (var i = 0; i < 100; i++) Assert.Equal(leftFork.NextUInt64(), rightFork.NextUInt64());
    }

    [Fact]
    public void Neighbouring_seeds_differ_in_half_of_their_bits()
    {
        var differing = 0;
        for (var seed = 0UL; seed < 1000; seed++)
            differing += BitOperations.PopCount(new Prng(seed).NextUInt64() ^ new Prng(seed + 1).NextUInt64());
        Assert.InRange(differing / 1000.0, 31.5, 32.5);
    }

    [Fact]
    public void Every_bit_is_set_half_of_the_time()
    {
        var random = new Prng(9);
        var counts = new int[64];
        for (var i = 0; i < 10_000; i++)
        {
            var word = random.NextUInt64();
            for (var bit = 0; bit < 64; bit++) counts[bit] += (int)((word >> bit) & 1);
        }

        Assert.All(counts, count => Assert.InRange(count, 4750, 5250));
    }

    [Fact]
    public void Doubles_are_even_over_zero_to_one()
    {
        var random = new Prng(10);
        var draws = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();
        Assert.All(draws, draw => Assert.InRange(draw, 0, 1 - double.Epsilon));
        Assert.InRange(draws.Average(), 0.497, 0.503);
        Assert.InRange(draws.Average(d => d * d), 0.330, 0.337);
    }

    [Fact]
    public void Chances_of_nothing_and_of_certainty_are_kept()
    {
        var random = new Prng(12);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.False(random.Chance(0));
            Assert.True(random.Chance(1));
        }
    }

    [Fact]
    public void Exponential_draws_have_the_mean_and_the_tail_of_their_distribution()
    {
        var random = new Prng(13);
        var draws = Enumerable.Range(0, 100_000).Select(_ => Exponential.Draw(random)).ToArray();
        Assert.InRange(draws.Average(), 0.98, 1.02);
        foreach (var at in new[] { 0.5, 1.0, 2.0, 4.0 })
            Assert.InRange(draws.Count(d => d > at) / 100_000.0, (Math.Exp(-at) * 0.95) - 0.002, (Math.Exp(-at) * 1.05) + 0.002);
    }
}
