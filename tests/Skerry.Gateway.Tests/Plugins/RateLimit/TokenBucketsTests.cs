using System.Globalization;

using Skerry.Gateway.Plugins.RateLimit;

namespace Skerry.Gateway.Tests.Plugins.RateLimit;

public sealed class TokenBucketsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_full_bucket_gives_its_burst_and_then_its_rate()
    {
        var buckets = Buckets(rate: 2, burst: 3);
        for (var i = 0; i < 3; i++) Assert.Equal(0, buckets.Take("a"));
        Assert.Equal(0.5, buckets.Take("a"), precision: 3);
        _time.Advance(TimeSpan.FromSeconds(0.501));
        Assert.Equal(0, buckets.Take("a"));
        Assert.NotEqual(0, buckets.Take("a"));
    }

    [Fact]
    public void A_bucket_never_holds_more_than_its_burst()
    {
        var buckets = Buckets(rate: 1000, burst: 2);
        buckets.Take("a");
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, buckets.Take("a"));
        Assert.Equal(0, buckets.Take("a"));
        Assert.NotEqual(0, buckets.Take("a"));
    }

    [Fact]
    public void One_key_takes_nothing_from_another()
    {
        var buckets = Buckets(rate: 1, burst: 1);
        Assert.Equal(0, buckets.Take("a"));
        Assert.Equal(0, buckets.Take("b"));
        Assert.NotEqual(0, buckets.Take("a"));
    }

    [Fact]
    public void Keys_without_end_take_bounded_room()
    {
        var buckets = Buckets(rate: 1, burst: 1, maxKeys: 160);
        for (var i = 0; i < 20_000; i++) buckets.Take(i.ToString(CultureInfo.InvariantCulture));
        Assert.InRange(buckets.Count, 1, 160);
    }

    [Fact]
    public void A_key_in_use_is_not_the_one_that_makes_room()
    {
        var buckets = Buckets(rate: 0.001, burst: 1, maxKeys: 160);
        Assert.Equal(0, buckets.Take("busy"));
        for (var i = 0; i < 20_000; i++)
        {
            buckets.Take(i.ToString(CultureInfo.InvariantCulture));
            Assert.NotEqual(0, buckets.Take("busy"));
        }
    }

    [Fact]
    public void A_change_of_the_rate_forgets_nobody()
    {
        var buckets = Buckets(rate: 1, burst: 1);
        Assert.Equal(0, buckets.Take("a"));
        buckets.Change(10, 5, 100);
        Assert.Equal(0.1, buckets.Take("a"), precision: 3);
        buckets.Change(10, 5, 1);
        Assert.InRange(buckets.Count, 0, 16);
    }

    private TokenBuckets Buckets(double rate, int burst, int maxKeys = 1000)
    {
        var buckets = new TokenBuckets(_time);
        buckets.Change(rate, burst, maxKeys);
        return buckets;
    }
}
