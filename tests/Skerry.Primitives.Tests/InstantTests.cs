namespace Skerry.Primitives.Tests;

public sealed class InstantTests
{
    [Fact]
    public void Adding_past_the_end_of_time_stays_at_never() => Assert.Equal(Instant.Never, Instant.Never + TimeSpan.FromSeconds(1));

    [Fact]
    public void The_difference_of_two_instants_is_the_time_between_them()
    {
        var start = new Instant(50);
        Assert.Equal(TimeSpan.FromSeconds(2), start + TimeSpan.FromSeconds(2) - start);
        Assert.True(start < start + TimeSpan.FromTicks(1));
    }
}
