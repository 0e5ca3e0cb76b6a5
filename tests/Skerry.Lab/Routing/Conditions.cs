namespace Skerry.Lab.Routing;

/// <summary>What a way does to the packets that go along it, in one direction.</summary>
internal sealed record Conditions
{
    /// <summary>A way that costs nothing and loses nothing.</summary>
    public static readonly Conditions Perfect = new();

    /// <summary>From one end to the other, once sent.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The share of packets that never arrive, 0 to 1, each by itself.</summary>
    public double Loss { get; init; }

    /// <summary>Bytes a second, IP headers among them; null: as fast as the machine.</summary>
    public long? Rate { get; init; }

    /// <summary>Bytes that may wait for their turn where there is a rate; what comes on top is dropped at the tail.</summary>
    public int Queue { get; init; } = 256 << 10;
}
