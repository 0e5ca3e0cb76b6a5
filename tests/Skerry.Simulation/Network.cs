using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// Decides what becomes of each packet: cut, lost, late, twice. It draws from a generator of its own, so that a fault elsewhere does
/// not move its draws. A packet's fate is decided when it is sent: a cut does not stop what is already under way.
/// </summary>
/// <param name="random">Its generator.</param>
internal sealed class Network(Prng random)
{
    /// <summary>The first retransmission time-out of a connection that is being made (RFC 6298: 1 s), and of one that stands (Linux: 200 ms).</summary>
    private static readonly TimeSpan ConnectRetry = TimeSpan.FromSeconds(1), DataRetry = TimeSpan.FromMilliseconds(200);

    private readonly List<Cut> _cuts = [];

    /// <summary>How it treats packets from now on.</summary>
    public NetworkOptions Options { get; set; } = new();

    /// <summary>The cuts that stand.</summary>
    public IReadOnlyList<Cut> Cuts => _cuts;

    /// <summary>Counters since the start.</summary>
    public NetworkTotals Totals { get; } = new();

    /// <summary>Adds a cut; it stands until <see cref="Mend"/>.</summary>
    public void Add(Cut cut) => _cuts.Add(cut);

    /// <summary>Takes a cut away.</summary>
    /// <returns>False when it did not stand.</returns>
    public bool Mend(Cut cut) => _cuts.Remove(cut);

    /// <summary>Takes every cut away.</summary>
    public void MendAll() => _cuts.Clear();

    /// <summary>Whether a packet gets from one node to another, loss aside.</summary>
    public bool Connects(int from, int to)
    {
        foreach (var cut in _cuts)
        {
            if (cut.Blocks(from, to)) return false;
        }

        return true;
    }

    /// <summary>How long the sender of an exchange's leg that a cut stopped waits before it tries again.</summary>
    public static TimeSpan RetryAfter(Exchange exchange) => (exchange.IsReplying ? DataRetry : ConnectRetry) * (1 << Math.Min(exchange.Attempts, 6));

    /// <summary>Decides how often a packet arrives (0, 1 or 2 times) and after what delays.</summary>
    public int Route(Packet packet, out TimeSpan first, out TimeSpan second)
    {
        Totals.Packets++;
        Totals.Bytes += packet.Size;
        first = second = TimeSpan.Zero;
        if (packet.Size > Options.Mtu) return Count(ref Totals.Oversized);
        if (_cuts.Count > 0 && !Connects(packet.From, packet.To)) return Count(ref Totals.Cut);
        if (Options.Loss > 0 && random.Chance(Options.Loss)) return Count(ref Totals.Lost);
        first = DrawDelay();
        if (Options.Reorder > 0 && random.Chance(Options.Reorder)) first += random.NextDuration(Options.Hold);
        if (Options.Duplicate <= 0 || !random.Chance(Options.Duplicate)) return 1;
        Totals.Duplicated++;
        second = DrawDelay();
        return 2;
    }

    /// <summary>Decides whether one try of an exchange's leg gets through a cut, and how long it takes.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="delay">
    /// For the request three ways (connect, its answer, the data), for the reply one; the bytes' own time; a doubling time-out for each loss.
    /// </param>
    public bool TryCarry(Exchange exchange, out TimeSpan delay)
    {
        var (ways, size) = exchange.IsReplying ? (1, exchange.ReplySize) : (3, exchange.RequestSize);
        delay = TimeSpan.FromSeconds((double)size / Options.StreamRate);
        Totals.StreamBytes += size;

        // Acknowledgements must come back too: a connection needs both ways.
        if (_cuts.Count > 0 && !(Connects(exchange.From, exchange.To) && Connects(exchange.To, exchange.From))) return false;
        for (var way = 0; way < ways; way++)
        {
            var retry = ways == 3 && way < 2 ? ConnectRetry : DataRetry;
            for (; Options.Loss > 0 && random.Chance(Options.Loss); retry *= 2) delay += retry;
            delay += DrawDelay();
        }

        return true;
    }

    private static int Count(ref long counter)
    {
        counter++;
        return 0;
    }

    private TimeSpan DrawDelay()
    {
        if (Options.MeanExtraDelay <= TimeSpan.Zero) return Options.MinDelay;
        var delay = Options.MinDelay.Ticks + (long)(Exponential.Draw(random) * Options.MeanExtraDelay.Ticks);
        return new TimeSpan(Math.Min(delay, Options.MaxDelay.Ticks));
    }
}
