namespace Skerry.Lab.Load;

/// <summary>What traffic to a node has met since the last mark.</summary>
internal sealed record TrafficFigures
{
    /// <summary>Messages of the long session that came back as they went.</summary>
    public int Exchanges { get; init; }

    /// <summary>The longest from sending one until it was back; that of one still under way counts as it is now.</summary>
    public double LongestMilliseconds { get; init; }

    /// <summary>How often the long session ended before its time.</summary>
    public int Broken { get; init; }

    /// <summary>Short sessions that asked and were answered.</summary>
    public int Requests { get; init; }

    /// <summary>The slowest of them.</summary>
    public double SlowestMilliseconds { get; init; }

    /// <summary>Those that were not answered.</summary>
    public int Failed { get; init; }

    /// <summary>What the last failure said.</summary>
    public string? LastError { get; init; }

    /// <summary>For the report.</summary>
    public override string ToString()
    {
        var text = $"session stood still {LongestMilliseconds:0} ms, {Broken} broken; {Requests} requests, slowest {SlowestMilliseconds:0} ms, {Failed} failed";
        return LastError is null ? text : $"{text} ({LastError[..Math.Min(LastError.Length, 120)]})";
    }
}
