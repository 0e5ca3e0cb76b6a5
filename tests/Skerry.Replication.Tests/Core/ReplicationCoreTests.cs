using Skerry.Primitives;
using Skerry.Replication.Core;

namespace Skerry.Replication.Tests.Core;

public sealed class ReplicationCoreTests
{
    private const ulong Wall = 1_795_000_000_000;
    private readonly ReplicationCore _core = new("a", new Prng(1), Instant.Origin);

    [Fact]
    public void Versions_follow_the_wall_clock_and_grow_when_it_does_not()
    {
        var versions = new List<ulong>();
        foreach (var wall in new[] { Wall, Wall, Wall - 5000, Wall + 5000 })
        {
            _core.Publish([new RecordChange("kind", "x", new byte[] { (byte)versions.Count })], wall, Instant.Origin);
            versions.Add(_core.Store.All.Single().Record.Version);
        }

        Assert.Equal(Wall << 20, versions[0]);
        Assert.Equal([versions[0] + 1, versions[0] + 2, (Wall + 5000) << 20], versions[1..]);
    }

    [Fact]
    public void Saying_the_same_again_and_withdrawing_what_is_not_said_costs_nothing()
    {
        _core.SetPeers(["b"], Instant.Origin);
        _core.Publish([new RecordChange("kind", "x", new byte[] { 1 })], Wall, Instant.Origin);
        Drain();
        _core.Publish([new RecordChange("kind", "x", new byte[] { 1 }), new RecordChange("kind", "y", null)], Wall, Instant.Origin);
        Assert.Equal(0, Assert.IsType<PublishDone>(Assert.Single(Drain())).Acknowledged);
    }

    [Fact]
    public void What_one_call_says_goes_in_one_message()
    {
        _core.SetPeers(["b"], Instant.Origin);
        Drain();
        _core.Publish([new RecordChange("kind", "x", new byte[] { 1 }), new RecordChange("kind", "y", new byte[] { 2 })], Wall, Instant.Origin);
        var push = Assert.IsType<Push>(Assert.IsType<SendMessage>(Assert.Single(Drain())).Message);
        Assert.Equal(["x", "y"], push.Records.Select(carried => carried.Record.Id));
    }

    [Fact]
    public void There_is_room_for_so_many_records_and_no_more()
    {
        var all = Enumerable.Range(0, Record.MaxPerOwner).Select(i => new RecordChange("kind", $"{i}", new byte[] { 1 })).ToArray();
        Assert.True(_core.HasRoomFor(all));
        _core.Publish(all, Wall, Instant.Origin);
        Assert.True(_core.HasRoomFor(all[..1]));
        Assert.False(_core.HasRoomFor([new RecordChange("kind", "more", new byte[] { 1 })]));
        Assert.True(_core.HasRoomFor([new RecordChange("kind", "0", null)]));
    }

    [Fact]
    public void A_storm_of_made_up_records_of_ones_own_is_withdrawn_within_bounds()
    {
        for (var i = 0; i < 3 * Record.MaxPerOwner; i++)
            _core.Receive(new Push("b", 0, [new CarriedRecord(new Record("a", "kind", $"{i}", Record.MaxVersion - 1, new byte[] { 1 }), TimeSpan.Zero)]), Instant.Origin);
        Assert.InRange(_core.Store.All.Count(), 1, Record.MaxPerOwner);
        Assert.Equal(0, _core.Store.Said);
    }

    [Fact]
    public void A_node_alone_sleeps_until_there_is_something_to_do()
    {
        _core.Publish([new RecordChange("kind", "x", new byte[] { 1 })], Wall, Instant.Origin);
        _core.Advance(_core.NextDeadline);
        Assert.Equal(Instant.Never, _core.NextDeadline);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(100, 4)]
    [InlineData(1000, 5)]
    [InlineData(10_000, 6)]
    public void A_rumour_lives_for_a_few_rounds_more_in_a_larger_group(int peers, int rounds) => Assert.Equal(rounds, RumourRules.Rounds(peers, certainty: 7));

    private List<ReplicationOutput> Drain()
    {
        var outputs = new List<ReplicationOutput>();
        while (_core.TryTake(out var output)) outputs.Add(output);
        return outputs;
    }
}
