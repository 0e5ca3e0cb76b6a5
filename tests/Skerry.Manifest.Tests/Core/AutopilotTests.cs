using Skerry.Manifest.Core.Autopilot;
using Skerry.Primitives;
using Skerry.Raft;

namespace Skerry.Manifest.Tests.Core;

/// <summary>What a leader changes of its group's members.</summary>
public sealed class AutopilotTests
{
    private readonly AutopilotCore _core = new(new ManifestGroupOptions { Raft = new RaftOptions { Group = "dc1", Node = "a" }, BootstrapExpect = 3 });

    [Fact]
    public void Whoever_is_new_observes_and_a_server_that_stays_gets_a_vote()
    {
        var members = new[] { Voter(1, "a") };
        Assert.Equal([new RaftMemberChange(RaftMemberChangeKind.Add, 2, "b")], _core.Next(members, [Server(1, "a"), Server(2, "b")], 1, Rules(), At(0)));
        members = [Voter(1, "a"), Observer(2, "b")];
        Assert.Empty(_core.Next(members, [Server(1, "a"), Server(2, "b")], 1, Rules(), At(1)));
        Assert.Equal(At(11), _core.NextDeadline);
        Assert.Empty(_core.Next(members, [Server(1, "a"), Server(2, "b")], 1, Rules(), At(10)));
        Assert.Equal([new RaftMemberChange(RaftMemberChangeKind.Promote, 2)], _core.Next(members, [Server(1, "a"), Server(2, "b")], 1, Rules(), At(11)));
    }

    [Fact]
    public void A_server_that_comes_and_goes_gets_no_vote_and_an_observer_never()
    {
        RaftMemberStatus[] members = [Voter(1, "a"), Observer(2, "b"), Observer(3, "c")];
        Assert.Empty(_core.Next(members, [Server(1, "a"), Server(2, "b"), Watcher(3, "c")], 1, Rules(), At(0)));
        Assert.Empty(_core.Next(members, [Server(1, "a"), Server(2, "b") with { IsAlive = false }, Watcher(3, "c")], 1, Rules(), At(8)));
        Assert.Empty(_core.Next(members, [Server(1, "a"), Server(2, "b"), Watcher(3, "c")], 1, Rules(), At(9)));
        Assert.Empty(_core.Next(members, [Server(1, "a"), Server(2, "b"), Watcher(3, "c")], 1, Rules(), At(15)));
    }

    [Fact]
    public void A_node_with_a_new_disk_takes_the_place_of_its_old_one()
    {
        RaftMemberStatus[] members = [Voter(1, "a"), Voter(2, "b"), Voter(3, "c")];
        Assert.Equal(
            [new RaftMemberChange(RaftMemberChangeKind.Add, 9, "c"), new RaftMemberChange(RaftMemberChangeKind.Remove, 3)],
            _core.Next(members, [Server(1, "a"), Server(2, "b"), Server(9, "c")], 1, Rules(), At(0)));
    }

    [Fact]
    public void Who_failed_for_long_goes_while_there_are_more_than_were_expected()
    {
        RaftMemberStatus[] members = [Voter(1, "a"), Voter(2, "b"), Voter(3, "c"), Voter(4, "d")];
        GroupServer[] seen = [Server(1, "a"), Server(2, "b"), Server(3, "c"), Server(4, "d") with { IsAlive = false }];
        Assert.Empty(_core.Next(members, seen, 1, Rules(), At(0)));
        Assert.Empty(_core.Next(members, seen, 1, Rules(), At(599)));
        Assert.Equal([new RaftMemberChange(RaftMemberChangeKind.Remove, 4)], _core.Next(members, seen, 1, Rules(), At(600)));
        Assert.Empty(_core.Next(members[..3], [Server(1, "a"), Server(2, "b")], 1, Rules(), At(600)));
        Assert.Empty(_core.Next(members[..3], [Server(1, "a"), Server(2, "b")], 1, Rules(), At(9000)));
    }

    [Fact]
    public void Nobody_goes_when_the_majority_would_be_lost()
    {
        RaftMemberStatus[] members = [Voter(1, "a"), Voter(2, "b"), Voter(3, "c"), Voter(4, "d"), Voter(5, "e")];
        GroupServer[] seen = [Server(1, "a"), Server(2, "b")];
        Assert.Empty(_core.Next(members, seen, 1, Rules(), At(0)));
        Assert.Empty(_core.Next(members, seen, 1, Rules(), At(9000)));
    }

    [Fact]
    public void What_a_server_was_not_sent_yet_does_not_count_against_it()
    {
        RaftMemberStatus[] members = [Voter(1, "a"), Observer(2, "b") with { Match = 49, Due = 49 }];
        GroupServer[] seen = [Server(1, "a"), Server(2, "b")];
        var rules = Rules(new AutopilotSettings { MaxTrailingLogs = 0 });
        Assert.Empty(_core.Next(members, seen, 1, rules, At(0)));
        Assert.Equal([new RaftMemberChange(RaftMemberChangeKind.Promote, 2)], _core.Next(members, seen, 1, rules, At(10)));
    }

    [Fact]
    public void A_server_that_lags_or_is_not_heard_gets_no_vote_until_it_has_been_sound_for_a_while()
    {
        RaftMemberStatus[] lagging = [Voter(1, "a"), Observer(2, "b") with { Match = 49 }];
        RaftMemberStatus[] silent = [Voter(1, "a"), Observer(2, "b") with { Silence = TimeSpan.FromSeconds(2) }];
        RaftMemberStatus[] sound = [Voter(1, "a"), Observer(2, "b")];
        GroupServer[] seen = [Server(1, "a"), Server(2, "b")];
        var rules = Rules(new AutopilotSettings { MaxTrailingLogs = 50 });
        Assert.Empty(_core.Next(sound, seen, 1, rules, At(0)));
        Assert.Empty(_core.Next(lagging, seen, 1, rules, At(20)));
        Assert.Empty(_core.Next(sound, seen, 1, rules, At(21)));
        Assert.Empty(_core.Next(silent, seen, 1, rules, At(30)));
        Assert.Empty(_core.Next(sound, seen, 1, rules, At(40)));
        Assert.Equal(At(40), _core.SoundSince[2]);
        Assert.Equal([new RaftMemberChange(RaftMemberChangeKind.Promote, 2)], _core.Next(sound, seen, 1, rules, At(50)));
    }

    [Fact]
    public void What_an_operator_has_changed_stays_as_he_said()
    {
        RaftMemberStatus[] members = [Voter(1, "a"), Voter(2, "b"), Voter(3, "c"), Observer(4, "d")];
        // A server without a vote, an observer with one, and one that was removed.
        GroupServer[] seen = [Server(1, "a"), Server(2, "b"), Watcher(3, "c"), Server(4, "d"), Server(5, "e")];
        Assert.Empty(_core.Next(members, seen, 1, Rules(null, 3, 4, 5), At(0)));
        Assert.Empty(_core.Next(members, seen, 1, Rules(null, 3, 4, 5), At(500)));
        Assert.Equal([new RaftMemberChange(RaftMemberChangeKind.Add, 5, "e")], _core.Next(members, seen, 1, Rules(null, 3, 4), At(501)));
    }

    [Fact]
    public void Nobody_is_removed_below_the_quorum_that_was_set_nor_where_removing_is_off()
    {
        RaftMemberStatus[] members = [Voter(1, "a"), Voter(2, "b"), Voter(3, "c"), Voter(4, "d")];
        GroupServer[] seen = [Server(1, "a"), Server(2, "b"), Server(3, "c")];
        foreach (var settings in new AutopilotSettings[] { new() { MinQuorum = 4 }, new() { CleanupDeadServers = false } })
        {
            Assert.Empty(_core.Next(members, seen, 1, Rules(settings), At(0)));
            Assert.Empty(_core.Next(members, seen, 1, Rules(settings), At(9000)));
        }

        Assert.Equal([new RaftMemberChange(RaftMemberChangeKind.Remove, 4)], _core.Next(members, seen, 1, Rules(), At(9000)));
    }

    private static AutopilotRules Rules(AutopilotSettings? settings = null, params ulong[] pins) => new(settings ?? new AutopilotSettings(), pins.ToHashSet(), LastIndex: 100);

    private static Instant At(int seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);

    private static RaftMemberStatus Voter(ulong id, string node) => new(id, node, RaftMemberRole.Voter, 100, null);

    private static RaftMemberStatus Observer(ulong id, string node) => new(id, node, RaftMemberRole.Observer, 100, null);

    private static GroupServer Server(ulong id, string node) => new(node, id, GroupRole.Server, 3, 7, "", IsAlive: true);

    private static GroupServer Watcher(ulong id, string node) => Server(id, node) with { Role = GroupRole.Observer };
}
