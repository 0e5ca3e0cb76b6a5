using System.Diagnostics;

namespace Skerry.Simulation;

/// <summary>Says every few seconds of real time how far a long run has come.</summary>
/// <param name="output">Where to.</param>
/// <param name="world">What runs.</param>
internal sealed class ProgressReport(TextWriter output, World world) : IChecker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private long _steps;

    /// <summary>A node has started or stopped: thousands starting at once take their time.</summary>
    public void OnLifeChanged(SimulatedNode node) => Report();

    /// <inheritdoc/>
    public void AfterStep(SimulatedNode node)
    {
    }

    /// <inheritdoc/>
    public void EachSecond() => Report();

    private void Report()
    {
        if (_sinceLast.Elapsed < Interval) return;
        var rate = (world.Steps - _steps) / _sinceLast.Elapsed.TotalSeconds;
        output.WriteLine(FormattableString.Invariant(
            $"  {world.Nodes.Count(node => node.IsRunning)} of {world.Nodes.Count} nodes run, {new TimeSpan(world.Now.Ticks).TotalSeconds:0} s simulated, {rate:0} steps a second, {Environment.WorkingSet >> 20} MiB"));
        _steps = world.Steps;
        _sinceLast.Restart();
    }
}
