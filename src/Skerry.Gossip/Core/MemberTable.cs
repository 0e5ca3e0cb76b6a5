using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>Every node known, in whatever state, and the order they are probed in: a shuffled round, newcomers at a random place (SWIM, section 4.3).</summary>
/// <param name="prng">For the shuffles and the choices.</param>
internal sealed class MemberTable(Prng prng)
{
    private readonly Dictionary<string, SwimNode> _byName = new(StringComparer.Ordinal);
    private readonly List<SwimNode> _round = [];
    private int _next;

    /// <summary>How many are known; what the protocol's scaling goes by.</summary>
    public int Count => _byName.Count;

    /// <summary>All, in probe order.</summary>
    public IReadOnlyList<SwimNode> All => _round;

    public SwimNode? Find(string name) => _byName.GetValueOrDefault(name);

    public SwimNode Add(string name)
    {
        var node = new SwimNode(name);
        _byName.Add(name, node);
        _round.Add(node);
        Swap(_round.Count - 1, prng.Next(_round.Count));
        return node;
    }

    /// <summary>The next to probe; null when there is nobody. At the end of a round the long dead are forgotten and the rest is shuffled.</summary>
    public SwimNode? NextToProbe(string self, Instant now, TimeSpan keepGone)
    {
        for (var looked = 0; looked <= _round.Count; looked++)
        {
            if (_next >= _round.Count)
            {
                ForgetLongGone(now, keepGone);
                Shuffle();
                _next = 0;
                if (_round.Count == 0) return null;
            }

            var node = _round[_next++];
            if (node.Name != self && !node.IsGone) return node;
        }

        return null;
    }

    /// <summary>Up to <paramref name="count"/> different nodes at random that pass the filter; fewer when they are hard to find.</summary>
    public void Choose(int count, Func<SwimNode, bool> filter, List<SwimNode> chosen)
    {
        chosen.Clear();
        // Where few pass, blind draws miss them: look at all in a random order's place instead.
        if (_round.Count <= 4 * count)
        {
            var start = _round.Count == 0 ? 0 : prng.Next(_round.Count);
            for (var i = 0; i < _round.Count && chosen.Count < count; i++)
            {
                var node = _round[(start + i) % _round.Count];
                if (filter(node)) chosen.Add(node);
            }

            return;
        }

        for (var draw = 0; draw < 3 * _round.Count && draw < 50 * count && chosen.Count < count; draw++)
        {
            var node = _round[prng.Next(_round.Count)];
            if (filter(node) && !chosen.Contains(node)) chosen.Add(node);
        }
    }

    /// <summary>All as a push/pull carries them, in probe order.</summary>
    public ImmutableArray<PushNodeState> ToPush()
    {
        var nodes = ImmutableArray.CreateBuilder<PushNodeState>(_round.Count);
        foreach (var node in _round) nodes.Add(new PushNodeState(node.Name, node.Address, node.Meta, node.Incarnation, node.State, node.Versions));
        return nodes.MoveToImmutable();
    }

    private void ForgetLongGone(Instant now, TimeSpan keepGone)
    {
        for (var i = _round.Count - 1; i >= 0; i--)
        {
            var node = _round[i];
            if (!node.IsGone || now - node.StateChanged <= keepGone) continue;
            _byName.Remove(node.Name);
            Swap(i, _round.Count - 1);
            _round.RemoveAt(_round.Count - 1);
        }
    }

    private void Shuffle()
    {
        for (var i = _round.Count - 1; i > 0; i--) Swap(i, prng.Next(i + 1));
    }

    private void Swap(int left, int right) => (_round[left], _round[right]) = (_round[right], _round[left]);
}
