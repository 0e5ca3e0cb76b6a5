namespace Skerry.Simulation;

/// <summary>
/// Safety: a node's own incarnation only grows while it lives, and nobody ever holds a higher incarnation of a node than the node has had.
/// Others only ever repeat a node's own word, so a higher one would be made up.
/// </summary>
/// <param name="group">The group.</param>
internal sealed class IncarnationChecker(GossipGroup group) : IChecker
{
    private readonly uint[] _own = new uint[group.Options.Nodes];
    private readonly uint[] _generations = new uint[group.Options.Nodes];
    private readonly ulong[] _versions = new ulong[group.Options.Nodes];

    /// <inheritdoc/>
    public void AfterStep(SimulatedNode node)
    {
        if (group.HostOf(node.Index) is not { } host) return;
        CheckOwn(node, host);
        CheckHeld(node, host);
    }

    /// <inheritdoc/>
    public void EachSecond()
    {
    }

    private void CheckOwn(SimulatedNode node, GossipHost host)
    {
        var index = node.Index;
        if (_generations[index] != node.Generation) (_generations[index], _own[index], _versions[index]) = (node.Generation, 0, 0);
        var incarnation = host.Incarnation;
        if (incarnation < _own[index])
            throw new SimulationFailure("incarnation", $"{node} went back from incarnation {_own[index]} to {incarnation}.");
        _own[index] = incarnation;
        var truth = group.Truths[index];
        truth.HighestIncarnation = Math.Max(truth.HighestIncarnation, incarnation);
    }

    private void CheckHeld(SimulatedNode node, GossipHost host)
    {
        // Most steps change no view.
        if (_versions[node.Index] == host.ViewVersion) return;
        _versions[node.Index] = host.ViewVersion;
        foreach (var (subject, incarnation, _) in host.Held())
        {
            var highest = group.Truths[subject].HighestIncarnation;
            if (incarnation > highest)
                throw new SimulationFailure("incarnation", $"{node} holds {group.World.Nodes[subject]} at incarnation {incarnation}, which never had more than {highest}.");
        }
    }
}
