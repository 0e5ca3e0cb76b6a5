using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// Every node known, in whatever state. Those that live stand in the order they are probed in: a shuffled round, newcomers at a random place (SWIM,
/// section 4.3). Every step takes the same time however large the group, but for a shuffle once a round.
/// </summary>
internal sealed class MemberTable
{
    private readonly Prng _prng;
    private readonly NameTable<SwimNode> _all = new(static node => node.Name);
    private readonly List<SwimNode> _living = [];
    private readonly GoneLog _gone = new();

    /// <summary>Those before this place in the round have been probed.</summary>
    private int _next;

    /// <param name="self">This node, which is never probed nor chosen.</param>
    /// <param name="prng">For the shuffles and the choices.</param>
    public MemberTable(Alive self, Prng prng)
    {
        _prng = prng;
        Self = new SwimNode(self);
        _all.Add(Self);
    }

    /// <summary>This node.</summary>
    public SwimNode Self { get; }

    /// <summary>Every node; in no order that means anything.</summary>
    public IReadOnlyList<SwimNode> All => _all.Rows;

    /// <summary>Nodes that may be gossiped to, as far as is known without looking at each.</summary>
    public bool HasCompany => _living.Count > 0 || _gone.FreshCount > 0;

    /// <summary>
    /// What the protocol's numbers scale with: this node, the living, and those that went lately. Who is gone for longer is remembered but takes no part;
    /// memberlist has dropped it by now.
    /// </summary>
    public int Size => 1 + _living.Count + _gone.FreshCount;

    public SwimNode? Find(string name) => _all.Find(name);

    /// <summary>Makes room for a node that is not known; it does not live yet.</summary>
    public SwimNode Add(Alive told)
    {
        var node = new SwimNode(told);
        _all.Add(node);
        return node;
    }

    /// <summary>A node's state changes.</summary>
    public void Set(SwimNode node, SwimState state, Instant now)
    {
        node.State = state;
        node.StateChanged = now;
        if (node == Self) return;
        if (node.IsGone && node.Turn >= 0)
        {
            Depart(node);
            _gone.Add(node);
        }
        else if (!node.IsGone && node.Turn < 0)
        {
            if (node.GoneEntry > 0) _gone.Remove(node);
            Enter(node);
        }
    }

    /// <summary>Time passes: who went before <paramref name="fresh"/> takes no part any more, who went before <paramref name="known"/> is forgotten.</summary>
    public void Age(Instant fresh, Instant known)
    {
        _gone.Age(fresh);
        while (_gone.Forget(known) is { } node) _all.Remove(node.Name);
    }

    /// <summary>Gives back spare room.</summary>
    public void TrimExcess()
    {
        _all.TrimExcess();
        _living.TrimExcess();
    }

    /// <summary>The next to probe; null when nobody lives but this node.</summary>
    public SwimNode? NextToProbe()
    {
        if (_living.Count == 0) return null;
        if (_next >= _living.Count)
        {
            for (var i = _living.Count - 1; i > 0; i--) Swap(i, _prng.Next(i + 1));
            _next = 0;
        }

        return _living[_next++];
    }

    /// <summary>Up to <paramref name="count"/> different living nodes at random that pass the filter.</summary>
    public void Choose(int count, Func<SwimNode, bool> filter, List<SwimNode> chosen) => Choose(count, _living.Count, filter, chosen);

    /// <summary>The same among the living and those that died lately.</summary>
    public void ChooseAudience(int count, List<SwimNode> chosen) =>
        Choose(count, _living.Count + _gone.FreshEntries, static node => node.State != SwimState.Left, chosen);

    /// <summary>All as a push/pull carries them.</summary>
    public ImmutableArray<PushNodeState> ToPush()
    {
        var nodes = ImmutableArray.CreateBuilder<PushNodeState>(_all.Rows.Count);
        foreach (var node in _all.Rows) nodes.Add(new PushNodeState(node.Name, node.Address, node.Meta, node.Incarnation, node.State, node.Versions));
        return nodes.MoveToImmutable();
    }

    private void Choose(int count, int candidates, Func<SwimNode, bool> filter, List<SwimNode> chosen)
    {
        chosen.Clear();
        for (var draw = 0; candidates > count && draw < 4 * count && chosen.Count < count; draw++) TryChoose(_prng.Next(candidates));
        if (candidates == 0 || chosen.Count >= count) return;

        // Few pass, or few are there: blind draws miss them, so all are looked at, from a random place on.
        var start = _prng.Next(candidates);
        for (var i = 0; i < candidates && chosen.Count < count; i++) TryChoose((start + i) % candidates);

        void TryChoose(int index)
        {
            var node = index < _living.Count ? _living[index] : _gone.Fresh(index - _living.Count);
            if (node is not null && filter(node) && !chosen.Contains(node)) chosen.Add(node);
        }
    }

    /// <summary>A random place for a newcomer in the round: before or after those whose turn has been, without moving anybody across.</summary>
    private void Enter(SwimNode node)
    {
        var place = _prng.Next(_living.Count + 1);
        node.Turn = _living.Count;
        _living.Add(node);
        if (place < _next)
        {
            Swap(node.Turn, _next);
            Swap(_next, place);
            _next++;
        }
        else
        {
            Swap(node.Turn, place);
        }
    }

    private void Depart(SwimNode node)
    {
        if (node.Turn < _next)
        {
            _next--;
            Swap(node.Turn, _next);
        }

        Swap(node.Turn, _living.Count - 1);
        _living.RemoveAt(_living.Count - 1);
        node.Turn = -1;
    }

    private void Swap(int left, int right)
    {
        (_living[left], _living[right]) = (_living[right], _living[left]);
        _living[left].Turn = left;
        _living[right].Turn = right;
    }
}
