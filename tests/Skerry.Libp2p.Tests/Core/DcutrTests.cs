using Skerry.Libp2p.Core.Dcutr;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>Two peers on their way out of a relay, with a clock moved by hand.</summary>
public sealed class DcutrTests
{
    private static readonly IReadOnlyList<Multiaddr> Mine = [Multiaddr.Parse("/ip4/203.0.113.1/tcp/1")];
    private static readonly IReadOnlyList<Multiaddr> Theirs = [Multiaddr.Parse("/ip4/203.0.113.2/tcp/2")];
    private static readonly DcutrTiming Timing = new();

    [Fact]
    public void Both_dial_half_a_round_trip_after_the_word_to_begin()
    {
        var (leader, follower) = (Leader(), Follower());
        leader.Start([], TimeSpan.Zero, At(0));
        Assert.Equal(DcutrOutputKind.Open, Take(leader).Kind);
        leader.Opened(At(0));
        var connect = Take(leader);
        Assert.Equal((DcutrOutputKind.Send, Mine), (connect.Kind, connect.Message!.Addresses));

        follower.Start(At(40));
        follower.Receive(connect.Message, At(40));
        var answer = Take(follower);
        Assert.Equal(Theirs, answer.Message!.Addresses);
        leader.Receive(answer.Message, At(80));
        Assert.True(Take(leader).Message!.IsSync);
        Assert.Equal(At(120), leader.NextDeadline);
        leader.Advance(At(119));
        Assert.False(leader.TryTake(out _));

        follower.Receive(DcutrMessage.Sync, At(120));
        leader.Advance(At(120));
        Assert.Equal((DcutrOutputKind.Dial, Mine), Dialled(Take(follower)));
        Assert.Equal((DcutrOutputKind.Dial, Theirs), Dialled(Take(leader)));
        Assert.Equal((Ms(80), Ms(80)), (leader.RoundTrip, follower.RoundTrip));

        leader.Connected();
        follower.Connected();
        Assert.Equal(HolePunchOutcome.Punched, Take(leader).Outcome);
        Assert.Equal(HolePunchOutcome.Punched, Take(follower).Outcome);
        Assert.Equal((Instant.Never, Instant.Never), (leader.NextDeadline, follower.NextDeadline));
    }

    [Fact]
    public void It_is_tried_three_times_and_the_round_trip_is_measured_anew()
    {
        var leader = Leader();
        leader.Start([], TimeSpan.Zero, At(0));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var begin = 10_000 * attempt;
            Assert.Equal(DcutrOutputKind.Open, Take(leader).Kind);
            leader.Opened(At(begin));
            Take(leader);
            leader.Receive(new DcutrMessage(IsSync: false, Theirs), At(begin + (100 * attempt)));
            Take(leader);
            Assert.Equal(At(begin + (150 * attempt)), leader.NextDeadline);
            leader.Advance(leader.NextDeadline);
            Assert.Equal(DcutrOutputKind.Dial, Take(leader).Kind);
            Assert.Equal(attempt, leader.Attempts);
            leader.Advance(leader.NextDeadline);
        }

        Assert.Equal(HolePunchOutcome.Unreached, Take(leader).Outcome);
    }

    [Fact]
    public void A_peer_that_tells_where_it_is_reached_is_called_first()
    {
        var leader = Leader();
        leader.Start(Theirs, TimeSpan.Zero, At(0));
        Assert.Equal((DcutrOutputKind.DialPlainly, Theirs), Dialled(Take(leader)));
        leader.Connected();
        Assert.Equal(HolePunchOutcome.Called, Take(leader).Outcome);
        Assert.Equal(0, leader.Attempts);
    }

    [Theory]
    [InlineData(0, 250)]
    [InlineData(100, 400)]
    [InlineData(5000, 2000)]
    public void A_plain_call_has_a_head_start_of_some_round_trips_and_may_still_win(int roundTrip, int headStart)
    {
        var leader = Leader();
        leader.Start(Theirs, Ms(roundTrip), At(0));
        Take(leader);
        Assert.Equal(At(headStart), leader.NextDeadline);
        leader.Advance(At(headStart));
        Assert.Equal(DcutrOutputKind.Open, Take(leader).Kind);
        leader.Opened(At(headStart));
        Take(leader);
        leader.Connected();
        Assert.Equal(HolePunchOutcome.Called, Take(leader).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_it_cannot_be_called_the_punch_follows(bool isSilent)
    {
        var leader = Leader();
        leader.Start(Theirs, TimeSpan.Zero, At(0));
        Take(leader);
        if (isSilent) leader.Advance(leader.NextDeadline);
        else leader.NotCalled(At(1));
        Assert.Equal(DcutrOutputKind.Open, Take(leader).Kind);
    }

    [Fact]
    public void A_peer_that_does_not_speak_it_is_not_asked_again()
    {
        var leader = Leader();
        leader.Start([], TimeSpan.Zero, At(0));
        Take(leader);
        leader.StreamFailed(isSpoken: false, At(1));
        Assert.Equal(HolePunchOutcome.NotSpoken, Take(leader).Outcome);
    }

    [Fact]
    public void A_peer_that_falls_silent_is_asked_three_times()
    {
        var leader = Leader();
        leader.Start([], TimeSpan.Zero, At(0));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(DcutrOutputKind.Open, Take(leader).Kind);
            leader.Opened(leader.NextDeadline - Timing.AnswerTimeout);
            Take(leader);
            leader.Advance(leader.NextDeadline);
        }

        Assert.Equal(HolePunchOutcome.Interrupted, Take(leader).Outcome);
    }

    [Fact]
    public void With_no_address_on_either_side_there_is_nothing_to_try()
    {
        var leader = new DcutrInitiator([], addresses => addresses, Timing);
        leader.Start([], TimeSpan.Zero, At(0));
        Take(leader);
        leader.Opened(At(0));
        Take(leader);
        leader.Receive(new DcutrMessage(IsSync: false, []), At(1));
        Assert.Equal(HolePunchOutcome.NoAddresses, Take(leader).Outcome);
    }

    [Fact]
    public void A_side_that_has_nobody_to_call_waits_for_the_others_call()
    {
        var leader = Leader();
        leader.Start([], TimeSpan.Zero, At(0));
        Take(leader);
        leader.Opened(At(0));
        Take(leader);
        leader.Receive(new DcutrMessage(IsSync: false, []), At(10));
        Assert.True(Take(leader).Message!.IsSync);
        leader.Advance(At(15));
        Assert.False(leader.TryTake(out _));
        leader.Connected();
        Assert.Equal(HolePunchOutcome.Punched, Take(leader).Outcome);
    }

    [Fact]
    public void Words_out_of_turn_end_the_attempt()
    {
        var leader = Leader();
        leader.Start([], TimeSpan.Zero, At(0));
        Take(leader);
        leader.Opened(At(0));
        Take(leader);
        leader.Receive(DcutrMessage.Sync, At(1));
        Assert.Equal(DcutrOutputKind.Open, Take(leader).Kind);

        var follower = Follower();
        follower.Start(At(0));
        follower.Receive(DcutrMessage.Sync, At(1));
        Assert.Equal(HolePunchOutcome.Interrupted, Take(follower).Outcome);
    }

    [Fact]
    public void What_comes_after_the_end_changes_nothing()
    {
        var leader = Leader();
        leader.Start([], TimeSpan.Zero, At(0));
        Take(leader);
        leader.Connected();
        Take(leader);
        leader.Connected();
        leader.Opened(At(1));
        leader.Receive(new DcutrMessage(IsSync: false, Theirs), At(2));
        leader.StreamFailed(isSpoken: true, At(3));
        leader.NotCalled(At(4));
        leader.Advance(At(100_000));
        Assert.False(leader.TryTake(out _));
    }

    [Fact]
    public void A_follower_waits_for_each_word_only_so_long()
    {
        var follower = Follower();
        follower.Start(At(0));
        Assert.Equal(At(0) + Timing.AnswerTimeout, follower.NextDeadline);
        follower.Receive(new DcutrMessage(IsSync: false, Mine), At(1000));
        Take(follower);
        Assert.Equal(At(1000) + Timing.AnswerTimeout, follower.NextDeadline);
        follower.Receive(DcutrMessage.Sync, At(2000));
        Take(follower);
        follower.Advance(At(2000) + Timing.DialTimeout);
        Assert.Equal(HolePunchOutcome.Unreached, Take(follower).Outcome);
    }

    private static DcutrInitiator Leader() => new(Mine, addresses => addresses, Timing);

    private static DcutrResponder Follower() => new(Theirs, addresses => addresses, Timing);

    private static (DcutrOutputKind, IReadOnlyList<Multiaddr>) Dialled(DcutrOutput output) => (output.Kind, output.Addresses!);

    private static DcutrOutput Take(IDcutrSide side) => side.TryTake(out var output) ? output : throw new InvalidOperationException("Nothing is to be done.");

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static Instant At(int milliseconds) => Instant.Origin + Ms(milliseconds);
}
