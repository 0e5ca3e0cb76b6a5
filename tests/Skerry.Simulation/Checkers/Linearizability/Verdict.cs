namespace Skerry.Simulation;

/// <summary>What a <see cref="LinearizabilityChecker"/> found.</summary>
internal enum Verdict
{
    /// <summary>Some order explains every answer.</summary>
    Linearizable,

    /// <summary>No order does.</summary>
    Violated,

    /// <summary>The budget was used up first.</summary>
    Unknown,
}
