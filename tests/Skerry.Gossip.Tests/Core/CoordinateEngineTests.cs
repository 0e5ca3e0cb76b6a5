using Skerry.Gossip.Core;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Core;

/// <summary>Places in the latency space (wire reference, section 16).</summary>
public sealed class CoordinateEngineTests
{
    [Fact]
    public void A_fresh_place_is_the_origin_and_unsure() =>
        Assert.Equal((0.0, 1.5, 0.0, 1e-5), (CoordinateEngine.Fresh.Vector.Sum(), CoordinateEngine.Fresh.Error, CoordinateEngine.Fresh.Adjustment, CoordinateEngine.Fresh.Height));

    [Fact]
    public void Nodes_in_two_sites_learn_how_far_away_each_other_is()
    {
        // Six nodes: three and three, 2 ms inside a site, 80 ms between them.
        var engines = Enumerable.Range(0, 6).Select(i => new CoordinateEngine(new Prng((ulong)i))).ToArray();
        var prng = new Prng(9);
        for (var i = 0; i < 6000; i++)
        {
            var (left, right) = (prng.Next(6), prng.Next(6));
            if (left != right) engines[left].Observe($"{right}", engines[right].Own, RoundTrip(left, right));
        }

        for (var left = 0; left < 6; left++)
        {
            for (var right = 0; right < left; right++)
            {
                var (estimate, truth) = (engines[left].Own.RoundTripTo(engines[right].Own).TotalMilliseconds, RoundTrip(left, right).TotalMilliseconds);
                Assert.InRange(estimate, truth - 8, truth + 8);
            }
        }

        Assert.All(engines, engine => Assert.True(engine.Own.Error < 0.3, $"error {engine.Own.Error}"));
    }

    [Fact]
    public void One_late_packet_moves_nobody()
    {
        var (engine, twin) = (Settled(), Settled());
        engine.Observe("b", CoordinateEngine.Fresh, TimeSpan.FromSeconds(9));
        twin.Observe("b", CoordinateEngine.Fresh, TimeSpan.FromMilliseconds(10));
        Assert.Equal(twin.Own.Vector, engine.Own.Vector);
    }

    [Theory]
    [InlineData(double.NaN, 1.0, 0.0)]
    [InlineData(double.PositiveInfinity, 1.0, 0.0)]
    [InlineData(0.0, double.NaN, 0.0)]
    [InlineData(0.0, -1.4999, 0.0)]
    [InlineData(0.0, 1.0, -1.0)]
    [InlineData(0.0, 1.0, double.NegativeInfinity)]
    public void Nonsense_moves_nobody_and_is_not_kept(double component, double error, double height)
    {
        var engine = Settled();
        var before = engine.Own;
        engine.Observe("x", CoordinateEngine.Fresh with { Vector = [component, 0, 0, 0, 0, 0, 0, 0], Error = error, Height = height }, TimeSpan.FromMilliseconds(10));
        Assert.Same(before, engine.Own);
        Assert.Null(engine.Of("x"));
    }

    [Fact]
    public void A_round_trip_that_cannot_be_and_a_place_of_other_dimensions_move_nobody()
    {
        var engine = Settled();
        var before = engine.Own;
        engine.Observe("x", CoordinateEngine.Fresh, TimeSpan.FromSeconds(10.1));
        engine.Observe("x", CoordinateEngine.Fresh, TimeSpan.FromTicks(-1));
        engine.Observe("x", CoordinateEngine.Fresh with { Vector = [0, 0] }, TimeSpan.FromMilliseconds(10));
        Assert.Same(before, engine.Own);
    }

    [Theory]
    [InlineData(1e300)]
    [InlineData(1e160)]
    [InlineData(1e20)]
    public void An_absurd_place_stops_nobody_and_what_comes_after_is_sane_again(double far)
    {
        var engine = Settled();
        engine.Observe("x", CoordinateEngine.Fresh with { Vector = [far, 0, 0, 0, 0, 0, 0, 0] }, TimeSpan.FromMilliseconds(10));
        Assert.Equal(TimeSpan.MaxValue, engine.Of("x")!.RoundTripTo(CoordinateEngine.Fresh));
        Assert.True(engine.Own.RoundTripTo(CoordinateEngine.Fresh) >= TimeSpan.Zero);
        if (engine.Resets == 0) return;
        for (var i = 0; i < 3; i++) engine.Observe("b", CoordinateEngine.Fresh, TimeSpan.FromMilliseconds(10));
        Assert.Equal(1, engine.Resets);
    }

    [Fact]
    public void Two_in_one_place_part()
    {
        var engine = new CoordinateEngine(new Prng(1));
        engine.Observe("b", CoordinateEngine.Fresh, TimeSpan.FromMilliseconds(50));
        Assert.True(engine.Own.RoundTripTo(CoordinateEngine.Fresh) > TimeSpan.FromMilliseconds(1));
        Assert.Equal(1e-5, engine.Own.Height, 1e-9);
    }

    [Fact]
    public void Who_is_forgotten_has_no_place()
    {
        var engine = Settled();
        Assert.NotNull(engine.Of("b"));
        engine.Forget("b");
        Assert.Null(engine.Of("b"));
    }

    private static TimeSpan RoundTrip(int left, int right) => TimeSpan.FromMilliseconds(left < 3 == right < 3 ? 2 : 80);

    private static CoordinateEngine Settled()
    {
        var engine = new CoordinateEngine(new Prng(1));
        for (var i = 0; i < 50; i++) engine.Observe("b", CoordinateEngine.Fresh, TimeSpan.FromMilliseconds(10));
        return engine;
    }
}
