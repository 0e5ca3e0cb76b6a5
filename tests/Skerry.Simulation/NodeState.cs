namespace Skerry.Simulation;

/// <summary>What a simulated process is doing.</summary>
internal enum NodeState
{
    /// <summary>Not running: never started, or crashed. What it knew is lost.</summary>
    Down,

    /// <summary>Running.</summary>
    Up,

    /// <summary>Stopped in its tracks (a long collection, a suspended machine): packets wait in its socket, deadlines pass.</summary>
    Paused,
}
