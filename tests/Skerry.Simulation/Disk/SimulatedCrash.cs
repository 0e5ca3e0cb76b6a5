namespace Skerry.Simulation.Disk;

/// <summary>The machine has died in the middle of a call to its disk: not an error that anybody handles.</summary>
internal sealed class SimulatedCrash() : Exception("The machine has died.");
