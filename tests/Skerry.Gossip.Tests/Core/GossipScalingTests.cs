using Skerry.Gossip.Core;

namespace Skerry.Gossip.Tests.Core;

/// <summary>The arithmetic of the wire reference, sections 8, 9 and 14, with its check values.</summary>
public sealed class GossipScalingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 4.0)]
    [InlineData(3, 4.0)]
    [InlineData(10, 4.0)]
    [InlineData(11, 4.164)]
    [InlineData(100, 8.0)]
    [InlineData(1000, 12.0)]
    public void The_shortest_suspicion_grows_with_the_logarithm_of_the_group(int members, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), GossipScaling.SuspicionTimeout(4, members, Second));

    [Theory]
    [InlineData(4, 3, 0)]
    [InlineData(4, 4, 2)]
    [InlineData(4, 1000, 2)]
    [InlineData(6, 5, 0)]
    [InlineData(6, 6, 4)]
    [InlineData(3, 3, 1)]
    public void Confirmations_are_wanted_only_where_enough_are_there_to_give_them(int multiplier, int members, int wanted) =>
        Assert.Equal(wanted, GossipScaling.WantedConfirmations(multiplier, members));

    // k  min  max  ->  C=0     C=1     C=2    C=3
    [Theory]
    [InlineData(2, 4, 24, new[] { 24.0, 11.381, 4.0, 4.0 })]
    [InlineData(3, 2, 30, new[] { 30.0, 16.0, 7.810, 2.0 })]
    [InlineData(0, 4, 24, new[] { 4.0, 4.0 })]
    public void Confirmations_shorten_a_suspicion_on_a_logarithmic_curve(int wanted, int shortest, int longest, double[] seconds)
    {
        for (var confirmations = 0; confirmations < seconds.Length; confirmations++)
        {
            var duration = GossipScaling.SuspicionDuration(confirmations, wanted, TimeSpan.FromSeconds(shortest), TimeSpan.FromSeconds(longest));
            Assert.Equal(TimeSpan.FromSeconds(seconds[confirmations]), duration);
        }
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(9, 4)]
    [InlineData(10, 8)]
    [InlineData(99, 8)]
    [InlineData(100, 12)]
    [InlineData(999, 12)]
    [InlineData(1000, 16)]
    public void A_rumour_is_sent_more_often_in_a_larger_group(int members, int times) => Assert.Equal(times, GossipScaling.RetransmitLimit(4, members));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 1)]
    [InlineData(33, 2)]
    [InlineData(64, 2)]
    [InlineData(65, 3)]
    [InlineData(128, 3)]
    [InlineData(129, 4)]
    [InlineData(1024, 6)]
    public void Whole_states_are_exchanged_less_often_in_a_larger_group(int members, int times) =>
        Assert.Equal(times * 30 * Second, GossipScaling.PushPullInterval(30 * Second, members));

    [Theory]
    [InlineData(1, 3.2)]
    [InlineData(9, 3.2)]
    [InlineData(10, 6.4)]
    [InlineData(99, 6.4)]
    [InlineData(999, 9.6)]
    public void Answers_are_waited_for_longer_in_a_larger_group(int members, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), GossipScaling.QueryTimeout(TimeSpan.FromMilliseconds(200), members));

    [Fact]
    public void The_local_health_score_stays_in_its_bounds_and_scales_by_one_more()
    {
        var awareness = new Awareness(8);
        Assert.Equal(Second, awareness.Scale(Second));
        awareness.Apply(-1);
        Assert.Equal(0, awareness.Score);
        awareness.Apply(3);
        Assert.Equal(4 * Second, awareness.Scale(Second));
        awareness.Apply(100);
        Assert.Equal(8 * Second, awareness.Scale(Second));
        awareness.Apply(-1);
        Assert.Equal(6, awareness.Score);
    }
}
