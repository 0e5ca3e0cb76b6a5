namespace Skerry.Simulation;

/// <summary>A checker found what must not be; the run stops here.</summary>
/// <param name="rule">The rule that was broken, as a short name.</param>
/// <param name="message">What was seen and what is allowed.</param>
internal sealed class SimulationFailure(string rule, string message) : Exception($"{rule}: {message}")
{
    /// <summary>The rule that was broken, as a short name.</summary>
    public string Rule { get; } = rule;
}
