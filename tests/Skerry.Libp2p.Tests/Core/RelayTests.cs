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
        for (var i = 0; i < 1000; i++) Assert.True(_relay.TryReserve(Alice, At(0), out _));
        Assert.True(_relay.TryReserve(Bob, At(0), out _));
        Assert.False(_relay.TryReserve(Carol, At(0), out _));
        Assert.True(_relay.TryReserve(Alice, At(0), out _));
    }

    [Fact]
    public void Who_reconnects_often_is_never_locked_out()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(_relay.TryReserve(Alice, At(0), out _));
            _relay.Forget(Alice);
        }
    }

    [Fact]
    public void A_reservation_run_out_gives_its_place_to_another()
    {
        Assert.True(_relay.TryReserve(Alice, At(0), out var expires) && _relay.TryReserve(Bob, At(30), out _));
        Assert.Equal(At(60), expires);
        Assert.Equal(RelayAnswer.NoReservation, _relay.Open(Bob, Alice, At(60)));
        Assert.True(_relay.TryReserve(Carol, At(60), out _));
        Assert.Equal(2, _relay.Reservations);
    }

    [Fact]
    public void Nobody_is_called_without_a_reservation() => Assert.Equal(RelayAnswer.NoReservation, _relay.Open(Alice, Bob, At(0)));

    [Fact]
    public void One_peer_does_not_take_all_circuits()
    {
        Assert.True(_relay.TryReserve(Bob, At(0), out _) && _relay.TryReserve(Carol, At(0), out _));
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

    private static Instant At(int seconds) => default(Instant) + TimeSpan.FromSeconds(seconds);
}
