using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// Those that come in and are not proved yet, the longest at it first. An honest handshake takes milliseconds, so when all places are taken it is the slowest
/// that gives way: who opens connections and says nothing keeps nobody out.
/// </summary>
/// <param name="max">Places.</param>
/// <param name="time">Measures how long each has been at it.</param>
internal sealed class HandshakeQueue(int max, TimeProvider time)
{
    /// <summary>Nobody is cut off before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly MonotonicClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly LinkedList<Handshake> _running = new();

    /// <summary>How many are at it.</summary>
    public int Count
    {
        get { lock (_gate) return _running.Count; }
    }

    /// <summary>Takes a place.</summary>
    /// <param name="cancel">Ends the handshake, too.</param>
    /// <returns>Null when there is none.</returns>
    public Handshake? Begin(CancellationToken cancel)
    {
        Handshake? slowest = null;
        Handshake begun;
        lock (_gate)
        {
            if (_running.Count >= max)
            {
                slowest = _running.First!.Value;
                if (_clock.Now - slowest.Begun < Patience) return null;
                _running.RemoveFirst();
            }

            begun = new Handshake(this, _clock.Now, cancel);
            _running.AddLast(begun.Place);
        }

        slowest?.Cut();
        return begun;
    }

    public void End(Handshake handshake)
    {
        lock (_gate)
        {
            if (handshake.Place.List is not null) _running.Remove(handshake.Place);
        }
    }
}
