using FsCheck;
using FsCheck.Fluent;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Core;

/// <summary>Who is known, whose turn it is, who is drawn.</summary>
public sealed class MemberTableTests
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Known = TimeSpan.FromHours(24);

    [Fact]
    public void Everybody_has_a_turn_before_anybody_has_a_second()
    {
        var (table, _) = Filled(20);
        for (var round = 0; round < 3; round++) Assert.Equal(20, Turns(table, 20).Distinct().Count());
    }

    [Fact]
    public void Each_round_has_another_order()
    {
        var (table, _) = Filled(20);
        Assert.NotEqual(Turns(table, 20), Turns(table, 20));
    }

    [Fact]
    public void Comings_and_goings_starve_nobody()
    {
        // A step: a turn (mostly), somebody comes, somebody goes. Two rounds at most lie between two turns of a node that stays, and the turns of those that came meanwhile.
        Prop.ForAll(Gen.Choose(0, 5).ListOf(300).ToArbitrary(), steps =>
        {
            var (table, now) = Filled(6);
            var (turn, peak, came) = (0, 6, 0);
            var last = Living(table).ToDictionary(name => name, _ => (Turn: 0, Came: 0));
            foreach (var (kind, index) in steps.Select((kind, index) => (kind, index)))
            {
                if (kind > 1 && table.NextToProbe() is { } node)
                {
                    last[node.Name] = (++turn, came);
                }
                else if (kind == 0)
                {
                    table.Set(table.Add(Told($"late{index}")), SwimState.Alive, now);
                    last[$"late{index}"] = (turn, ++came);
                }
                else if (Living(table).Order(StringComparer.Ordinal).Skip(index % 5).FirstOrDefault() is { } name)
                {
                    table.Set(table.Find(name)!, SwimState.Dead, now);
                }

                peak = Math.Max(peak, Living(table).Count());
                if (Living(table).Any(living => turn - last[living].Turn > (2 * peak) + came - last[living].Came)) return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void A_newcomer_takes_any_place_in_the_round()
    {
        var places = new HashSet<int>();
        for (var seed = 0ul; seed < 200; seed++)
        {
            var (table, now) = Filled(4, seed);
            table.Set(table.Add(Told("new")), SwimState.Alive, now);
            places.Add(Turns(table, 5).IndexOf("new"));
        }

        Assert.Equal([0, 1, 2, 3, 4], places.Order());
    }

    [Fact]
    public void As_many_as_are_asked_for_are_drawn_and_nobody_twice()
    {
        var (table, _) = Filled(50);
        var chosen = new List<SwimNode>();
        for (var i = 0; i < 200; i++)
        {
            table.Choose(3, static _ => true, chosen);
            Assert.Equal(3, chosen.Distinct().Count());
        }
    }

    [Fact]
    public void Everybody_is_drawn_about_equally_often()
    {
        var (table, _) = Filled(10);
        var counts = new Dictionary<string, int>();
        var chosen = new List<SwimNode>();
        for (var i = 0; i < 10_000; i++)
        {
            table.Choose(3, static _ => true, chosen);
            foreach (var node in chosen) counts[node.Name] = counts.GetValueOrDefault(node.Name) + 1;
        }

        Assert.Equal(10, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 2700, 3300));
    }

    [Fact]
    public void The_only_one_that_passes_among_a_thousand_is_found()
    {
        var (table, _) = Filled(1000);
        var chosen = new List<SwimNode>();
        table.Choose(3, static node => node.Name == "n777", chosen);
        Assert.Equal("n777", Assert.Single(chosen).Name);
    }

    [Fact]
    public void Fewer_than_asked_for_are_all_drawn()
    {
        var (table, _) = Filled(2);
        var chosen = new List<SwimNode>();
        table.Choose(3, static _ => true, chosen);
        Assert.Equal(["n0", "n1"], chosen.Select(node => node.Name).Order());
    }

    [Fact]
    public void Three_who_live_among_a_thousand_dead_are_always_found_by_gossip()
    {
        var (table, now) = Filled(1003);
        for (var i = 3; i < 1003; i++) table.Set(table.Find($"n{i}")!, SwimState.Dead, now);
        now += Fresh + TimeSpan.FromSeconds(1);
        table.Age(now - Fresh, now - Known);
        var chosen = new List<SwimNode>();
        for (var i = 0; i < 20; i++)
        {
            table.ChooseAudience(3, chosen);
            Assert.Equal(["n0", "n1", "n2"], chosen.Select(node => node.Name).Order());
        }

        Assert.Equal(4, table.Size);
        Assert.Equal(1004, table.All.Count);
    }

    [Fact]
    public void Gossip_goes_to_those_dead_lately_but_not_to_those_who_left_or_died_long_ago()
    {
        var (table, now) = Filled(3);
        table.Set(table.Find("n0")!, SwimState.Dead, now);
        table.Set(table.Find("n1")!, SwimState.Left, now);
        var chosen = new List<SwimNode>();
        table.ChooseAudience(3, chosen);
        Assert.Equal(["n0", "n2"], chosen.Select(node => node.Name).Order());

        table.Age(now + TimeSpan.FromTicks(1), now - Known);
        table.ChooseAudience(3, chosen);
        Assert.Equal("n2", Assert.Single(chosen).Name);
    }

    [Fact]
    public void Those_who_went_lately_count_for_the_size_of_the_group_and_others_do_not()
    {
        var (table, now) = Filled(9);
        Assert.Equal(10, table.Size);
        table.Set(table.Find("n0")!, SwimState.Dead, now);
        table.Set(table.Find("n1")!, SwimState.Left, now);
        Assert.Equal(10, table.Size);
        table.Age(now + TimeSpan.FromTicks(1), now - Known);
        Assert.Equal(8, table.Size);
        table.Set(table.Find("n0")!, SwimState.Alive, now + Fresh);
        Assert.Equal(9, table.Size);
    }

    [Fact]
    public void The_gone_are_forgotten_in_the_order_of_going_when_their_time_has_come()
    {
        var (table, start) = Filled(3);
        for (var i = 0; i < 3; i++) table.Set(table.Find($"n{i}")!, SwimState.Dead, start + TimeSpan.FromMinutes(i));
        table.Set(table.Find("n1")!, SwimState.Alive, start + TimeSpan.FromMinutes(3));
        var now = start + Known + TimeSpan.FromSeconds(1);
        table.Age(now - Fresh, now - Known);
        Assert.Null(table.Find("n0"));
        Assert.NotNull(table.Find("n1"));
        Assert.NotNull(table.Find("n2"));
        now += TimeSpan.FromMinutes(2);
        table.Age(now - Fresh, now - Known);
        Assert.Equal(["n1", "self"], table.All.Select(node => node.Name).Order());
    }

    [Fact]
    public void A_node_that_flaps_for_a_day_leaves_no_trail()
    {
        var (table, now) = Filled(2);
        var node = table.Find("n0")!;
        for (var i = 0; i < 20_000; i++)
        {
            table.Set(node, i % 2 == 0 ? SwimState.Dead : SwimState.Alive, now += TimeSpan.FromSeconds(4));
            table.Age(now - Fresh, now - Known);
        }

        var chosen = new List<SwimNode>();
        table.ChooseAudience(3, chosen);
        Assert.Equal(2, chosen.Count);
        Assert.Equal(3, table.Size);
        Assert.InRange(node.GoneEntry, 0, 20_000);
    }

    [Fact]
    public void Whatever_happens_the_counts_are_those_of_looking_at_each()
    {
        // A step: node, state, seconds that pass.
        var step = Gen.Choose(0, 7).SelectMany(node => Gen.Choose(0, 3).SelectMany(state => Gen.Choose(0, 20).Select(seconds => (node, state, seconds))));
        Prop.ForAll(step.ListOf(150).ToArbitrary(), steps =>
        {
            var (table, now) = Filled(8);
            var known = TimeSpan.FromMinutes(5);
            foreach (var (index, state, seconds) in steps)
            {
                now += TimeSpan.FromSeconds(seconds);
                var node = table.Find($"n{index}") ?? table.Add(Told($"n{index}"));
                // Memberlist's rules know no way from one way of being gone to the other.
                if (!node.IsGone || state < (int)SwimState.Dead) table.Set(node, (SwimState)state, now);
                else if (node.GoneEntry == 0) table.Set(node, SwimState.Alive, now);
                table.Age(now - Fresh, now - known);
                var others = table.All.Where(other => other != table.Self).ToArray();
                var size = 1 + others.Count(other => !other.IsGone || other.StateChanged >= now - Fresh);
                if (table.Size != size || others.Any(other => other.IsGone && other.StateChanged < now - known)) return false;
                if (others.Any(other => table.Find(other.Name) != other)) return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static (MemberTable Table, Instant Now) Filled(int count, ulong seed = 1)
    {
        var table = new MemberTable(Told("self"), new Prng(seed));
        var now = Instant.Origin + TimeSpan.FromHours(100);
        table.Set(table.Self, SwimState.Alive, now);
        for (var i = 0; i < count; i++) table.Set(table.Add(Told($"n{i}")), SwimState.Alive, now);
        return (table, now);
    }

    private static Alive Told(string name) => new(1, name, default, ByteString.Empty, ProtocolVersions.Current);

    private static IEnumerable<string> Living(MemberTable table) => table.All.Where(node => node != table.Self && !node.IsGone).Select(node => node.Name);

    private static List<string> Turns(MemberTable table, int count) => [.. Enumerable.Range(0, count).Select(_ => table.NextToProbe()!.Name)];
}
