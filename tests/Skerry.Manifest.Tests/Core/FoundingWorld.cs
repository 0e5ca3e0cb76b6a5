using Skerry.Manifest.Core.Founding;
using Skerry.Primitives;

namespace Skerry.Manifest.Tests.Core;

/// <summary>Five servers that expect three, and a network that loses, delays and doubles what they say.</summary>
/// <param name="random">Decides.</param>
internal sealed class FoundingWorld(Prng random)
{
    private const int Nodes = 5;
    private const int Expect = 3;
    private const int WildSteps = 300;
    private const int Steps = 600;

    private readonly FoundingCore[] _nodes = [.. Enumerable.Range(0, Nodes).Select(node => new FoundingCore(FoundingTests.FounderOf(node), Expect, FoundingRecord.None))];
    private readonly List<Action> _messages = [];

    // Who has promised which plan, as its coordinator has heard.
    private readonly HashSet<(ulong Cluster, int Node)> _promised = [];
    private ulong _lastCluster;

    /// <summary>Plans that were decided on.</summary>
    public List<FoundingPlan> Decided { get; } = [];

    /// <summary>First everything goes wrong that can, then nothing.</summary>
    public void Run()
    {
        for (var step = 0; step < Steps; step++)
        {
            var isWild = step < WildSteps;
            Act((int)(random.NextUInt64() % Nodes), isWild);
            while (_messages.Count > 0 && (!isWild || Chance(2)))
            {
                var at = (int)(random.NextUInt64() % (ulong)_messages.Count);
                var message = _messages[at];
                if (!isWild || !Chance(8)) _messages.RemoveAt(at);
                if (!isWild || !Chance(4)) message();
            }
        }
    }

    private bool Chance(ulong of) => random.NextUInt64() % of == 0;

    private void Act(int node, bool isWild)
    {
        // A restart: all but what was written is forgotten.
        if (isWild && Chance(10)) _nodes[node] = new FoundingCore(FoundingTests.FounderOf(node), Expect, _nodes[node].Record);
        var core = _nodes[node];
        if (core.Deciding is { } plan) Decide(node, plan, isWild);
        else if (core.Awaited is { } awaited) Look(node, awaited);
        else if (core.Record.Cluster != 0) Commit(node);
        else core.TryPlan(Enumerable.Range(0, Nodes).Where(other => other == node || !isWild || Chance(2)).Select(SeenOf), ++_lastCluster);
    }

    private GroupServer SeenOf(int node) => FoundingTests.ServerOf(node, Expect) with { Cluster = Chance(2) ? _nodes[node].Record.Cluster : 0 };

    private void Decide(int node, FoundingPlan plan, bool isWild)
    {
        foreach (var other in Others(plan, node))
        {
            _messages.Add(() =>
            {
                var answer = _nodes[other].Prepare(plan, FoundingTests.NameOf(node));
                _messages.Add(() =>
                {
                    if (_nodes[node].Deciding?.IsSame(plan) != true) return;
                    if (answer == FoundingAnswer.No) _nodes[node].GiveUp(plan);
                    else _promised.Add((plan.Cluster, other));
                });
            });
        }

        if (isWild && Chance(20)) _nodes[node].GiveUp(plan);
        if (!Others(plan, node).All(other => _promised.Contains((plan.Cluster, other))) || _nodes[node].Deciding?.IsSame(plan) != true) return;
        _nodes[node].Decide(plan);
        Decided.Add(plan);
    }

    private void Look(int node, FoundingPlan plan)
    {
        var coordinator = (int)(plan.Coordinator.Id - 100);
        _messages.Add(() =>
        {
            var answer = _nodes[coordinator].Look(plan);
            _messages.Add(() => _nodes[node].Looked(plan, answer));
        });
    }

    private void Commit(int node)
    {
        var plan = _nodes[node].Record.Plan!;
        if (plan.Coordinator.Id != (ulong)node + 100) return;
        foreach (var other in Others(plan, node)) _messages.Add(() => _nodes[other].Commit(plan, FoundingTests.NameOf(node)));
    }

    private static IEnumerable<int> Others(FoundingPlan plan, int node) => plan.Founders.Select(founder => (int)(founder.Id - 100)).Where(other => other != node);
}
