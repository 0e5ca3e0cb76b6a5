using Skerry.Libp2p.Core.Relay;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core;

/// <summary>Whom a relay lets in.</summary>
public sealed class RelayTests
{
    private static readonly PeerId Alice = IdentityKey.Generate().PeerId;
    private static readonly PeerId Bob = IdentityKey.Generate().PeerId;
    private static readonly PeerId Carol = IdentityKey.Generate().PeerId;

    private readonly RelayCore _relay = new(new RelayOptions { MaxReservations = 2, MaxCircuits = 3, MaxCircuitsPerPeer = 2, ReservationTime = TimeSpan.FromMinutes(1) });

    [Fact]
    public void Refreshing_is_free_and_takes_nobodys_place()
    {
        for (var i = 0; i < 1000; i++) Assert.True(IsGiven(Alice, At(0)));
        Assert.True(IsGiven(Bob, At(0)));
        Assert.False(IsGiven(Carol, At(0)));
        Assert.True(IsGiven(Alice, At(0)));
    }

    [Fact]
    public void Who_reconnects_often_is_never_locked_out()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(IsGiven(Alice, At(0)));
            _relay.Forget(Alice);
        }
    }

    [Fact]
    public void A_reservation_run_out_gives_its_place_to_another()
    {
        Assert.Equal(RelayAnswer.Yes, _relay.Reserve(Alice, At(0), out var expires));
        Assert.True(IsGiven(Bob, At(30)));
        Assert.Equal(At(60), expires);
        Assert.Equal(RelayAnswer.NoReservation, _relay.Open(Bob, Alice, At(60)));
        Assert.True(IsGiven(Carol, At(60)));
        Assert.Equal(2, _relay.Reservations);
    }

    [Fact]
    public void Nobody_is_called_without_a_reservation() => Assert.Equal(RelayAnswer.NoReservation, _relay.Open(Alice, Bob, At(0)));

    [Fact]
    public void One_peer_does_not_take_all_circuits()
    {
        Assert.True(IsGiven(Bob, At(0)) && IsGiven(Carol, At(0)));
        Assert.Equal(RelayAnswer.Yes, _relay.Open(Alice, Bob, At(0)));
        Assert.Equal(RelayAnswer.Yes, _relay.Open(Alice, Bob, At(0)));
        Assert.Equal(RelayAnswer.TooMany, _relay.Open(Alice, Carol, At(0)));
        Assert.Equal(RelayAnswer.TooMany, _relay.Open(Carol, Bob, At(0)));
        _relay.Close(Alice, Bob);
        Assert.Equal(RelayAnswer.Yes, _relay.Open(Carol, Bob, At(0)));
        _relay.Close(Alice, Bob);
        _relay.Close(Carol, Bob);
        Assert.Equal(0, _relay.Circuits);
    }

    [Fact]
    public void Its_load_is_that_of_the_scarcest_of_what_it_gives()
    {
        Assert.Equal(0, _relay.LoadAt(At(0)));
        Assert.True(IsGiven(Alice, At(0)));
        Assert.Equal(1 / 2.0, _relay.LoadAt(At(0)));
        for (var i = 0; i < 2; i++) Assert.Equal(RelayAnswer.Yes, _relay.Open(Bob, Alice, At(0)));
        Assert.Equal(2 / 3.0, _relay.LoadAt(At(0)));
        _relay.Forget(Alice);
        for (var i = 0; i < 2; i++) _relay.Close(Bob, Alice);
        Assert.Equal(0, _relay.LoadAt(At(0)));
    }

    [Fact]
    public void Reservations_that_have_run_out_are_no_load()
    {
        Assert.True(IsGiven(Alice, At(0)) && IsGiven(Bob, At(30)));
        Assert.Equal(1, _relay.LoadAt(At(59)));
        Assert.Equal(0.5, _relay.LoadAt(At(60)));
    }

    [Fact]
    public void Nobody_new_gets_a_place_where_no_circuit_is_left_but_who_has_one_keeps_it()
    {
        var relay = new RelayCore(new RelayOptions { MaxReservations = 10, MaxCircuits = 1 });
        Assert.Equal(RelayAnswer.Yes, relay.Reserve(Alice, At(0), out _));
        Assert.Equal(RelayAnswer.Yes, relay.Open(Bob, Alice, At(0)));
        Assert.Equal(RelayAnswer.TooMany, relay.Reserve(Carol, At(0), out _));
        Assert.Equal(RelayAnswer.Yes, relay.Reserve(Alice, At(1), out _));
        relay.Close(Bob, Alice);
        Assert.Equal(RelayAnswer.Yes, relay.Reserve(Carol, At(1), out _));
    }

    [Fact]
    public void A_line_that_carries_all_it_can_takes_nothing_new_until_it_carries_less()
    {
        var relay = new RelayCore(new RelayOptions { MaxBytesPerSecond = 1000 });
        Assert.Equal(RelayAnswer.Yes, relay.Reserve(Alice, At(0), out _));
        // What comes steadily counts in full after a while; a second of it does not.
        relay.Carried(1500, At(0));
        Assert.InRange(relay.LoadAt(At(0)), 0.2, 0.4);
        for (var second = 1; second <= 20; second++) relay.Carried(1500, At(second));
        Assert.True(relay.LoadAt(At(20)) > 1);
        Assert.Equal(RelayAnswer.TooMany, relay.Open(Bob, Alice, At(20)));
        Assert.Equal(RelayAnswer.TooMany, relay.Reserve(Carol, At(20), out _));
        Assert.InRange(relay.LoadAt(At(40)), 0.0001, 0.1);
        Assert.Equal(RelayAnswer.Yes, relay.Open(Bob, Alice, At(40)));
    }

    private bool IsGiven(PeerId peer, Instant now) => _relay.Reserve(peer, now, out _) == RelayAnswer.Yes;

    private static Instant At(int seconds) => default(Instant) + TimeSpan.FromSeconds(seconds);
}
