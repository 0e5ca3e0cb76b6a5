using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>What a group's own people do to it while it runs: nodes say goodbye and come back, and change their tags.</summary>
/// <param name="group">The group.</param>
internal sealed class GossipChurn(GossipGroup group)
{
    private readonly HashSet<SimulatedNode> _away = [];
    private bool _isOver;

    /// <summary>Lets it begin.</summary>
    public void Begin()
    {
        Repeat(group.Options.LeaveEvery, Leave);
        Repeat(group.Options.TagEvery, SetTags);
    }

    /// <summary>Ends it: whoever is away stays away.</summary>
    public void End() => _isOver = true;

    private void Repeat(TimeSpan mean, Action<Prng> action)
    {
        var random = group.World.Random.Fork();
        if (mean > TimeSpan.Zero) Next();

        void Next() => group.World.After(mean * Exponential.Draw(random), () =>
        {
            if (_isOver) return;
            action(random);
            Next();
        });
    }

    private void Leave(Prng random)
    {
        var index = random.Next(group.Options.Nodes);
        var away = random.NextDuration(group.Options.AwayFor);

        // The contacts stay: somebody has to be there to come back to. And so does half of the group.
        if (index < 4 || _away.Count * 2 > group.Options.Nodes || !group.Leave(index)) return;
        var node = group.World.Nodes[index];
        _away.Add(node);
        group.World.After(GossipHost.LongestLeave + away, () => Return(node));
    }

    private void Return(SimulatedNode node)
    {
        _away.Remove(node);
        if (!_isOver && !node.IsRunning) group.World.Start(node);
    }

    private void SetTags(Prng random)
    {
        var index = random.Next(group.Options.Nodes);
        var value = random.Next(1000);
        group.World.Command<GossipHost>(group.World.Nodes[index], "tags", (host, now) => host.SetTag(value, now));
    }
}
