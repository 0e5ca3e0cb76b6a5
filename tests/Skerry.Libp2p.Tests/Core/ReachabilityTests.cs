using Skerry.Libp2p.Core.Reachability;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>What a node makes of the words of several servers.</summary>
public sealed class ReachabilityTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly Multiaddr Wide = Multiaddr.Parse("/ip4/203.0.113.9/tcp/1");
    private static readonly Multiaddr Narrow = Multiaddr.Parse("/ip4/192.168.0.9/tcp/1");
    private static readonly PeerId[] Servers = [.. Enumerable.Range(0, 40).Select(_ => IdentityKey.Generate().PeerId)];

    private readonly ReachabilityCore _core = new(confirmations: 2, Interval);

    public ReachabilityTests() => _core.SetCandidates([Narrow, Wide], At(0));

    [Fact]
    public void A_proof_is_enough_and_one_word_is_not()
    {
        _core.Record(Wide, Servers[0], AddressScope.Public, ProbeResult.Reached, At(0));
        Assert.Equal(Reachability.Unknown, _core.Overall);
        _core.Record(Wide, Servers[1], AddressScope.Public, ProbeResult.Proved, At(0));
        Assert.Equal(Reachability.Public, _core.Overall);
    }

    [Theory]
    [InlineData("R R", "Public")]
    [InlineData("U U", "Unknown")] // the narrow address is not known to be unreached
    [InlineData("R U", "Unknown")]
    [InlineData("P U", "Unknown")]
    [InlineData("P P U", "Public")]
    [InlineData("R R U U", "Unknown")]
    [InlineData("R U U U", "Unknown")]
    [InlineData("N N N", "Unknown")]
    public void The_majority_decides(string words, string expected)
    {
        var core = new ReachabilityCore(confirmations: 2, Interval);
        core.SetCandidates([Wide, Multiaddr.Parse("/ip4/203.0.113.9/tcp/2")], At(0));
        Say(core, Wide, words);
        Assert.Equal(expected, core.Overall.ToString());
    }

    [Fact]
    public void That_a_neighbour_does_not_get_through_to_the_public_address_says_nothing_of_the_world()
    {
        var core = new ReachabilityCore(confirmations: 2, Interval);
        core.SetCandidates([Wide], At(0));
        foreach (var server in Servers) core.Record(Wide, server, AddressScope.Private192, ProbeResult.Unreached, At(0));
        Assert.Equal(Reachability.Unknown, core.Overall);
        core.Record(Wide, Servers[0], AddressScope.Private192, ProbeResult.Proved, At(0));
        Assert.Equal(Reachability.Public, core.Overall);
    }

    [Fact]
    public void A_node_none_of_whose_widest_addresses_is_reached_is_private()
    {
        Say(_core, Wide, "U U");
        Say(_core, Narrow, "P P P");
        Assert.Equal(Reachability.Private, _core.Overall);
        Assert.Equal([Reachability.Private, Reachability.Public], _core.Addresses.Select(one => one.Reachability));
    }

    [Fact]
    public void Where_there_is_no_public_address_the_private_one_decides()
    {
        var core = new ReachabilityCore(confirmations: 2, Interval);
        core.SetCandidates([Narrow, Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")], At(0));
        Say(core, Narrow, "P");
        Assert.Equal(Reachability.Public, core.Overall);
    }

    [Fact]
    public void A_server_that_got_through_must_fail_twice()
    {
        _core.Record(Wide, Servers[0], AddressScope.Public, ProbeResult.Proved, At(0));
        Assert.True(_core.TryBegin(At(10)));
        _core.Record(Wide, Servers[0], AddressScope.Public, ProbeResult.Unreached, At(10));
        Assert.Equal(Reachability.Public, _core.Overall);
        // In doubt it is asked again soon, not at the next round.
        Assert.Equal(At(10) + ReachabilityCore.Settle, _core.NextDeadline);
        _core.Record(Wide, Servers[0], AddressScope.Public, ProbeResult.Unreached, At(13));
        Assert.Equal(Reachability.Unknown, _core.Overall);
    }

    [Fact]
    public void What_was_found_out_does_not_hold_for_ever()
    {
        _core.Record(Wide, Servers[0], AddressScope.Public, ProbeResult.Proved, At(0));
        _core.Expire(At(1199));
        Assert.Equal(Reachability.Public, _core.Overall);
        _core.Expire(At(1200));
        Assert.Equal(Reachability.Unknown, _core.Overall);
    }

    [Fact]
    public void An_address_that_is_no_more_takes_its_words_along()
    {
        _core.Record(Wide, Servers[0], AddressScope.Public, ProbeResult.Proved, At(0));
        _core.SetCandidates([Narrow], At(1));
        _core.SetCandidates([Narrow, Wide], At(2));
        Assert.Equal(Reachability.Unknown, _core.Overall);
        _core.Record(Multiaddr.Parse("/ip4/203.0.113.1/tcp/1"), Servers[0], AddressScope.Public, ProbeResult.Proved, At(3));
        Assert.Equal(Reachability.Unknown, _core.Overall);
    }

    [Fact]
    public void Few_addresses_are_asked_about_the_widest_first()
    {
        _core.SetCandidates([Narrow, .. Enumerable.Range(1, 10).Select(i => Multiaddr.Parse($"/ip4/203.0.113.9/tcp/{i}")), Multiaddr.Parse("/ip4/203.0.113.9/tcp/443/tls/ws")], At(0));
        Assert.Equal(ReachabilityCore.MaxAddresses, _core.Candidates.Count);
        Assert.All(_core.Candidates, address => Assert.Equal(AddressScope.Public, Candidates.ScopeOf(address)));
    }

    [Fact]
    public void A_name_is_asked_about_as_a_public_address_is()
    {
        var name = Multiaddr.Parse("/dns4/relay.example.com/tcp/1");
        _core.SetCandidates([Narrow, name], At(0));
        Assert.Equal([name, Narrow], _core.Candidates);
        Say(_core, name, "U U");
        Say(_core, Narrow, "P P");
        Assert.Equal(Reachability.Private, _core.Overall);
    }

    [Fact]
    public void The_words_kept_are_bounded()
    {
        foreach (var server in Servers) _core.Record(Wide, server, AddressScope.Public, ProbeResult.Reached, At(0));
        Assert.Equal(ReachabilityCore.MaxServers, _core.Addresses.First().Reached);
    }

    [Fact]
    public void Rounds_come_by_themselves_sooner_while_nothing_is_known()
    {
        // New addresses are asked about when they have settled.
        Assert.Equal(At(0) + ReachabilityCore.Settle, _core.NextDeadline);
        Assert.False(_core.TryBegin(At(2)));
        Assert.True(_core.TryBegin(At(3)));
        // Nobody had anything to say: there is nobody, and a server that comes starts a round.
        _core.Ended(hasAnswers: false, At(4));
        Assert.Equal(At(3) + Interval, _core.NextDeadline);
        _core.ServerMet(At(60));
        Assert.True(_core.TryBegin(At(60) + ReachabilityCore.Settle));
        // One word is not enough: it is tried again soon.
        _core.Record(Wide, Servers[0], AddressScope.Public, ProbeResult.Reached, At(64));
        _core.Ended(hasAnswers: true, At(64));
        Assert.Equal(At(64) + ReachabilityCore.Retry, _core.NextDeadline);
        Assert.True(_core.TryBegin(At(94)));
        _core.Record(Wide, Servers[1], AddressScope.Public, ProbeResult.Reached, At(95));
        _core.Ended(hasAnswers: true, At(95));
        _core.ServerMet(At(96));
        Assert.Equal(At(94) + Interval, _core.NextDeadline);
    }

    [Fact]
    public void Without_an_interval_no_round_comes_by_itself()
    {
        var core = new ReachabilityCore(confirmations: 2, TimeSpan.Zero);
        core.SetCandidates([Wide], At(0));
        core.ServerMet(At(0));
        Assert.Equal(Instant.Never, core.NextDeadline);
        Assert.False(core.TryBegin(At(1_000_000)));
    }

    [Fact]
    public void A_server_calls_so_often_for_one_and_so_often_for_all()
    {
        var budget = new DialBackBudget(perPeer: 2, inAll: 5);
        Assert.True(budget.TryTake(Servers[0], At(0)) && budget.TryTake(Servers[0], At(1)));
        Assert.False(budget.TryTake(Servers[0], At(2)));
        Assert.True(budget.TryTake(Servers[1], At(2)) && budget.TryTake(Servers[2], At(2)) && budget.TryTake(Servers[3], At(2)));
        Assert.False(budget.TryTake(Servers[4], At(59)));
        Assert.True(budget.TryTake(Servers[0], At(60)));
        Assert.False(budget.TryTake(Servers[0], At(60)));
    }

    private static void Say(ReachabilityCore core, Multiaddr address, string words)
    {
        foreach (var (word, i) in words.Split(' ').Select((word, i) => (word, i)))
        {
            var result = word switch { "P" => ProbeResult.Proved, "R" => ProbeResult.Reached, "U" => ProbeResult.Unreached, _ => ProbeResult.None };
            core.Record(address, Servers[i], AddressScope.Public, result, At(0));
        }
    }

    private static Instant At(int seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);
}
