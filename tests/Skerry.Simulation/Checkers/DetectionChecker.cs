using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// Progress: who crashed while views were equal and the network quiet is known to be gone by all within <see cref="GossipBounds.Detection"/>,
/// however many crashed at once. Stricter than convergence, which has partitions to heal.
/// </summary>
internal sealed class DetectionChecker : IChecker
{
    private readonly GossipGroup _group;
    private Instant? _since;
    private int _crashed;

    /// <summary>Watches a group from now on.</summary>
    public DetectionChecker(GossipGroup group)
    {
        _group = group;
        group.World.LifeChanged += OnLifeChanged;
    }

    /// <summary>The longest that a detection by all has taken so far.</summary>
    public TimeSpan Longest { get; private set; }

    /// <inheritdoc/>
    public void AfterStep(SimulatedNode node)
    {
    }

    /// <inheritdoc/>
    public void EachSecond()
    {
        if (_since is not { } since) return;
        var elapsed = _group.World.Now - since;
        if (_group.Ledger.Wrong == 0)
        {
            if (elapsed > Longest) Longest = elapsed;
            _since = null;
            return;
        }

        if (!_group.IsQuiet)
        {
            _since = null;
            return;
        }

        var bound = _group.Bounds.Detection(_group.Options.Nodes, (double)_crashed / _group.Options.Nodes);
        if (elapsed > bound)
            throw new SimulationFailure("detection", $"{_crashed} crashed {elapsed.TotalSeconds:0} s ago, {bound.TotalSeconds:0} s are allowed: {_group.DescribeWrongViews()}.");
    }

    private void OnLifeChanged(SimulatedNode node)
    {
        if (node.IsRunning)
        {
            _since = null;
            return;
        }

        // The group's own listener is called first and has already counted this crash's wrong views: one for each that still runs.
        var others = _group.World.Nodes.Count(n => n.IsRunning);
        if (_since is null && _group.Ledger.Wrong <= others && _group.IsQuiet) (_since, _crashed) = (_group.World.Now, 0);
        _crashed++;
    }
}
