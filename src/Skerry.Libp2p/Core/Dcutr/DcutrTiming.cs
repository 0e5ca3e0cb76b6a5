namespace Skerry.Libp2p.Core.Dcutr;

/// <summary>Bounds of hole punches.</summary>
internal sealed record DcutrTiming
{
    /// <summary>How often it is tried (relay/DCUtR.md: twice more after the first).</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>How long plain calls to addresses that the peer has told run alone at most, before the punch begins beside them; zero: none are made.</summary>
    public TimeSpan MaxHeadStart { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long they do at least. In between it is four round trips over the relay: what a call and its handshakes take on a way no better.</summary>
    public TimeSpan MinHeadStart { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the peer may take for a word, over the relay.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the calls of one attempt may take: a first packet that was too early for the other side's NAT is sent again after 1 s and 3 s.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Before a call that was refused at once is made again within an attempt: a NAT may refuse what comes before its own side has called.</summary>
    public TimeSpan RefusedPause { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>After a punch that failed until the next with the same peer, while both still meet through a relay; doubled each time. Above zero.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Where the doubling ends.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(30);
}
