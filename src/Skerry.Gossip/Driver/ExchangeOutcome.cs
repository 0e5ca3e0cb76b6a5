namespace Skerry.Gossip.Driver;

/// <summary>How a TCP exchange that another node opened has ended.</summary>
internal enum ExchangeOutcome
{
    /// <summary>Read, answered where an answer is due.</summary>
    Done,

    /// <summary>It was read, or could not be, and was not followed.</summary>
    Refused,

    /// <summary>It took longer than an exchange may.</summary>
    TooSlow,

    /// <summary>The connection ended, or was ended to make room for others.</summary>
    Broken,
}
