using System.Net;

using Skerry.Libp2p.Core.Reachability;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>When a node believes where others say they see it.</summary>
public sealed class ObservedAddressesTests
{
    private static readonly Multiaddr Here = Multiaddr.Parse("/ip4/203.0.113.9/tcp/20006");

    private readonly ObservedAddresses _observed = new(confirmations: 3);
    private long _connections;

    [Fact]
    public void Three_observers_with_different_addresses_are_believed_and_not_two()
    {
        Report(Here, "198.51.100.1");
        Report(Here, "198.51.100.2");
        Assert.False(Assert.Single(_observed.All).IsBelieved);
        Report(Here, "198.51.100.3");
        Assert.True(Assert.Single(_observed.All).IsBelieved);
    }

    [Fact]
    public void Many_observers_behind_one_address_are_one()
    {
        for (var i = 0; i < 10; i++) Report(Here, "198.51.100.1");
        for (var i = 0; i < 10; i++) Report(Here, $"2001:db8:0:1::{i}");
        Assert.Equal(2, Assert.Single(_observed.All).Observers);
        Assert.False(_observed.All.Single().IsBelieved);
    }

    [Fact]
    public void One_that_is_trusted_is_enough()
    {
        Report(Here, "198.51.100.1", isTrusted: true);
        Assert.True(Assert.Single(_observed.All).IsBelieved);
    }

    [Fact]
    public void A_word_outlives_its_connection_by_a_while()
    {
        var connection = Report(Here, "198.51.100.1", isTrusted: true);
        _observed.Expire(At(100_000));
        Assert.Single(_observed.All);
        Assert.Equal(Instant.Never, _observed.NextDeadline);
        _observed.Closed(connection, At(100_000));
        Assert.Equal(At(100_600), _observed.NextDeadline);
        _observed.Expire(At(100_599));
        Assert.Single(_observed.All);
        _observed.Expire(At(100_600));
        Assert.Empty(_observed.All);
    }

    [Fact]
    public void The_last_word_of_a_connection_counts()
    {
        _observed.Report(Here, 7, IPAddress.Parse("198.51.100.1"), isTrusted: false, At(0));
        var there = Multiaddr.Parse("/ip4/203.0.113.9/tcp/4000");
        _observed.Report(there, 7, IPAddress.Parse("198.51.100.1"), isTrusted: false, At(1));
        Assert.Equal(there, Assert.Single(_observed.All).Address);
    }

    [Fact]
    public void Behind_a_nat_that_maps_each_connection_differently_nothing_is_believed_and_the_table_stays_small()
    {
        for (var i = 1; i <= 1000; i++) Report(Multiaddr.Parse($"/ip4/203.0.113.9/tcp/{i}"), $"198.51.{i / 250}.{i % 250}");
        Assert.Equal(ObservedAddresses.MaxAddresses, _observed.All.Count());
        Assert.DoesNotContain(_observed.All, one => one.IsBelieved);
    }

    [Fact]
    public void What_many_see_is_not_crowded_out_by_the_words_of_single_ones()
    {
        for (var i = 1; i <= 3; i++) Report(Here, $"198.51.100.{i}");
        for (var i = 1; i <= 1000; i++) Report(Multiaddr.Parse($"/ip4/203.0.113.9/tcp/{i}"), "192.0.2.1");
        Assert.Equal(Here, _observed.All.First().Address);
        Assert.True(_observed.All.First().IsBelieved);
    }

    [Fact]
    public void A_claim_that_cannot_be_is_not_kept()
    {
        Report(Multiaddr.Parse("/ip4/0.0.0.0/tcp/1"), "198.51.100.1");
        Report(Multiaddr.Parse("/ip4/203.0.113.9/tcp/0"), "198.51.100.1");
        Report(Multiaddr.Parse("/dns4/example.com/tcp/1"), "198.51.100.1");
        Assert.Empty(_observed.All);
    }

    private static Instant At(int seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);

    private long Report(Multiaddr address, string from, bool isTrusted = false)
    {
        _observed.Report(address, ++_connections, IPAddress.Parse(from), isTrusted, At(0));
        return _connections;
    }
}
