using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// One connection with one request and one reply, as TCP would carry it: nothing is lost or reordered, losses show as delay (each costs
/// a retransmission time-out that doubles), and a partition shows as an exchange that fails when its time is up.
/// </summary>
/// <param name="id">Unique in the world.</param>
/// <param name="from">Who asks.</param>
/// <param name="to">Who is asked.</param>
/// <param name="request">What is asked.</param>
/// <param name="requestSize">Its length, bytes.</param>
internal sealed class Exchange(long id, int from, int to, object request, int requestSize)
{
    /// <summary>Unique in the world.</summary>
    public long Id { get; } = id;

    /// <summary>Who asks.</summary>
    public int From { get; } = from;

    /// <summary>Who is asked.</summary>
    public int To { get; } = to;

    /// <summary>What is asked; null once it has been served.</summary>
    public object? Request { get; set; } = request;

    /// <summary>Length of the request, bytes.</summary>
    public int RequestSize { get; } = requestSize;

    /// <summary>The answer; null until it is there, when the other end closed without one, and once it has been taken.</summary>
    public object? Reply { get; set; }

    /// <summary>Length of the reply, bytes.</summary>
    public int ReplySize { get; set; }

    /// <summary>Why it failed.</summary>
    public ExchangeFailure Failure { get; set; }

    /// <summary>What the opener wants to find again.</summary>
    public object? Tag { get; init; }

    /// <summary>True time it must be over by.</summary>
    public required Instant Deadline { get; init; }

    /// <summary>Which life of the asker opened it.</summary>
    public required uint FromGeneration { get; init; }

    /// <summary>Which life of the asked got the request.</summary>
    public uint ToGeneration { get; set; }

    /// <summary>Whether the reply is under way (false: the request).</summary>
    public bool IsReplying { get; set; }

    /// <summary>How often the current leg was tried.</summary>
    public int Attempts { get; set; }

    /// <summary>Whether it is over for the asker.</summary>
    public bool IsOver { get; set; }
}
