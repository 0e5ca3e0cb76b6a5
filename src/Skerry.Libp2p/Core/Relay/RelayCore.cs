using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Relay;

/// <summary>
/// Who may be reached through this relay, and how many circuits run (libp2p relay/circuit-v2.md), without the bytes. A reservation belongs to the peer, not to
/// where it connects from: refreshing is free, and coming back after a lost connection is a new reservation like any other.
/// </summary>
/// <param name="options">The bounds.</param>
internal sealed class RelayCore(RelayOptions options)
{
    private readonly Dictionary<PeerId, Instant> _reservations = [];
    private readonly Dictionary<PeerId, int> _circuits = [];
    private readonly CarriedRate _carried = new();

    /// <summary>Reservations that hold.</summary>
    public int Reservations => _reservations.Count;

    /// <summary>Circuits that run.</summary>
    public int Circuits { get; private set; }

    /// <summary>A peer wants a reservation, or its own for longer.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="now">This moment.</param>
    /// <param name="expires">Until when it holds.</param>
    public RelayAnswer Reserve(PeerId peer, Instant now, out Instant expires)
    {
        expires = now + options.ReservationTime;
        if (!_reservations.ContainsKey(peer))
        {
            if (_reservations.Count >= options.MaxReservations) Expire(now);
            if (_reservations.Count >= options.MaxReservations) return RelayAnswer.NoPlace;
            // A place is of no use where nobody is put through.
            if (IsBusy(now)) return RelayAnswer.TooMany;
        }

        _reservations[peer] = expires;
        return RelayAnswer.Yes;
    }

    /// <summary>How much of what this relay may carry is in use, as the scarcest of it is: 0 to 1, above where more is carried than may be.</summary>
    public double LoadAt(Instant now)
    {
        Expire(now);
        var load = Math.Max((double)_reservations.Count / options.MaxReservations, (double)Circuits / options.MaxCircuits);
        return options.MaxBytesPerSecond is { } line ? Math.Max(load, _carried.At(now) / line) : load;
    }

    /// <summary>Circuits have carried so many bytes.</summary>
    public void Carried(long bytes, Instant now) => _carried.Add(bytes, now);

    /// <summary>A peer's connection is gone, and its reservation with it; or it needs it no more.</summary>
    public void Forget(PeerId peer) => _reservations.Remove(peer);

    /// <summary>A caller wants to be put through.</summary>
    public RelayAnswer Open(PeerId caller, PeerId called, Instant now)
    {
        if (!_reservations.TryGetValue(called, out var expires) || expires <= now) return RelayAnswer.NoReservation;
        if (IsBusy(now) || CountOf(caller) >= options.MaxCircuitsPerPeer || CountOf(called) >= options.MaxCircuitsPerPeer) return RelayAnswer.TooMany;
        Circuits++;
        _circuits[caller] = CountOf(caller) + 1;
        _circuits[called] = CountOf(called) + 1;
        return RelayAnswer.Yes;
    }

    /// <summary>A circuit is over.</summary>
    public void Close(PeerId caller, PeerId called)
    {
        Circuits--;
        foreach (var peer in (ReadOnlySpan<PeerId>)[caller, called])
        {
            if (CountOf(peer) > 1) _circuits[peer]--;
            else _circuits.Remove(peer);
        }
    }

    private bool IsBusy(Instant now) => Circuits >= options.MaxCircuits || (options.MaxBytesPerSecond is { } line && _carried.At(now) >= line);

    private int CountOf(PeerId peer) => _circuits.GetValueOrDefault(peer);

    private void Expire(Instant now)
    {
        foreach (var peer in _reservations.Where(reservation => reservation.Value <= now).Select(reservation => reservation.Key).ToArray()) _reservations.Remove(peer);
    }
}
