namespace Skerry.Simulation;

/// <summary>How a try of a client's request ended at one member.</summary>
internal enum RaftOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>It was not done there, and will not be: to be tried elsewhere.</summary>
    Refused,

    /// <summary>Nobody knows.</summary>
    Unknown,
}
