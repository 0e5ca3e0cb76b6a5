namespace Skerry.Simulation;

/// <summary>
/// Holds the system against one rule from outside: it sees every node and belongs to none. A safety checker looks at the node that has
/// just moved (<see cref="AfterStep"/>); a progress checker looks at the clock (<see cref="EachSecond"/>). Both throw <see cref="SimulationFailure"/>.
/// </summary>
internal interface IChecker
{
    /// <summary>A node has taken a step. Called after each: look only at what that node can have changed.</summary>
    void AfterStep(SimulatedNode node);

    /// <summary>A second of true time has passed.</summary>
    void EachSecond();
}
