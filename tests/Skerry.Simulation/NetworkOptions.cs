namespace Skerry.Simulation;

/// <summary>How the <see cref="Network"/> treats packets. The defaults are a healthy LAN.</summary>
internal sealed record NetworkOptions
{
    /// <summary>The least time a packet is under way.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>What is added to it: exponential, with this mean. Packets overtake each other when it is longer than the gap between them.</summary>
    public TimeSpan MeanExtraDelay { get; init; } = TimeSpan.FromMicroseconds(300);

    /// <summary>Nothing is under way for longer, held packets excepted.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Probability that a packet is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Probability that a packet arrives twice, the second time after a delay of its own.</summary>
    public double Duplicate { get; init; }

    /// <summary>Probability that a packet is held back for up to <see cref="Hold"/>, behind many sent later.</summary>
    public double Reorder { get; init; }

    /// <summary>The most a held packet is late by.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Larger packets are dropped, bytes of payload. 1,472 is what Ethernet's 1,500 leaves after IPv4 and UDP.</summary>
    public int Mtu { get; init; } = 1472;

    /// <summary>Bytes a second an exchange moves; 100 Mbit/s.</summary>
    public long StreamRate { get; init; } = 12_500_000;

    /// <summary>In a few words, for the head of a failing run.</summary>
    public override string ToString() =>
        $"delay {MinDelay.TotalMilliseconds:0.#}+{MeanExtraDelay.TotalMilliseconds:0.#} ms, loss {Loss:0.###}, duplicate {Duplicate:0.###}, " +
        $"reorder {Reorder:0.###} by {Hold.TotalSeconds:0.#} s, mtu {Mtu}";
}
