using Skerry.Primitives;

namespace Skerry.Lab.Routing;

/// <summary>One direction of a way: packets leave it in the order they came, late, or not at all.</summary>
/// <param name="random">Decides which are lost.</param>
internal sealed class Pipe(Prng random)
{
    private Instant _free = Instant.Origin;
    private Instant _last = Instant.Origin;

    /// <summary>Changes hold for the packets that come after.</summary>
    public Conditions Conditions { get; set; } = Conditions.Perfect;

    /// <summary>Packets lost by chance so far.</summary>
    public long Lost { get; private set; }

    /// <summary>Packets that found the queue full so far.</summary>
    public long Overflowed { get; private set; }

    /// <summary>Puts a packet in.</summary>
    /// <returns>False when it will not come out.</returns>
    public bool TryEnter(int size, Instant now, out Instant leaves)
    {
        leaves = now;
        if (Conditions.Loss > 0 && random.Chance(Conditions.Loss))
        {
            Lost++;
            return false;
        }

        if (Conditions.Rate is { } rate)
        {
            var start = Instant.Max(now, _free);
            if ((start - now).TotalSeconds * rate + size > Conditions.Queue)
            {
                Overflowed++;
                return false;
            }

            leaves = _free = start + TimeSpan.FromSeconds((double)size / rate);
        }

        // A delay that became shorter lets nobody overtake.
        leaves = _last = Instant.Max(_last, leaves + Conditions.Delay);
        return true;
    }
}
