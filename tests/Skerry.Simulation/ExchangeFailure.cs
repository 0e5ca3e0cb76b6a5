namespace Skerry.Simulation;

/// <summary>Why an <see cref="Exchange"/> ended without a reply.</summary>
internal enum ExchangeFailure
{
    /// <summary>It has not failed.</summary>
    None,

    /// <summary>The machine answered that nobody listens.</summary>
    Refused,

    /// <summary>Its time was up.</summary>
    TimedOut,
}
