namespace Skerry.Primitives.Tests;

public sealed class PrngTests
{
    [Fact]
    public void The_sequence_of_a_seed_never_changes()
    {
        var prng = new Prng(1);
        Assert.Equal([12966619160104079557, 9600361134598540522, 10590380919521690900], new[] { prng.NextUInt64(), prng.NextUInt64(), prng.NextUInt64() });
    }

    [Fact]
    public void Bounded_numbers_reach_every_value_and_stay_in_bounds()
    {
        var prng = new Prng(7);
        var counts = new int[10];
        for (var i = 0; i < 10_000; i++) counts[prng.Next(10)]++;
        Assert.All(counts, count => Assert.InRange(count, 900, 1100));
    }

    [Fact]
    public void A_shuffle_keeps_every_item()
    {
        var items = Enumerable.Range(0, 100).ToArray();
        new Prng(3).Shuffle<int>(items);
        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }
}
