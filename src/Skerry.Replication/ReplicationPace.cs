namespace Skerry.Replication;

/// <summary>How quickly an exchange of records goes, by how far apart its members are.</summary>
public sealed record ReplicationPace
{
    /// <summary>Inside a site: round trips of milliseconds, loss rare, packets cheap.</summary>
    public static readonly ReplicationPace Group = new();

    /// <summary>Between sites: round trips of up to seconds through a relay, every message a stream's.</summary>
    public static readonly ReplicationPace Wide = new()
    {
        Exchange = "wide",
        Round = TimeSpan.FromMilliseconds(500),
        Acknowledged = TimeSpan.FromSeconds(5),
        Resend = TimeSpan.FromSeconds(2),
        Certainty = 2,
        Compare = TimeSpan.FromSeconds(5),
        CompareAgain = TimeSpan.FromSeconds(1),
    };

    /// <summary>The tag <c>exchange</c> of its metrics.</summary>
    public string Exchange { get; init; } = "group";

    /// <summary>Time between two rounds of rumours.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A publication is done after this, whoever has acknowledged it.</summary>
    public TimeSpan Acknowledged { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>A neighbour that has not acknowledged is told again after this.</summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A rumour is passed on until it misses somebody once in e to the power of this; the comparison finds who was missed. Bytes against time.</summary>
    public double Certainty { get; init; } = 7;

    /// <summary>Time between two comparisons, give or take a quarter.</summary>
    public TimeSpan Compare { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The next comparison after one that found something: there may be more.</summary>
    public TimeSpan CompareAgain { get; init; } = TimeSpan.FromMilliseconds(500);
}
