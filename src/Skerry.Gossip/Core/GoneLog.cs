using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// Who is dead or has left, in the order of going: so that the fresh ones, which are still gossiped to, and the long gone, which are forgotten, are
/// found without looking at all. One that came back stays as an empty entry until its turn.
/// <code>
/// forgotten | long gone ... | fresh ...
///           first           fresh       next id
/// </code>
/// </summary>
internal sealed class GoneLog
{
    private readonly List<SwimNode?> _entries = [];
    private int _first = 1;
    private int _fresh = 1;
    private int _next = 1;
    private int _empty;

    /// <summary>Who went lately, by the last <see cref="Age"/>.</summary>
    public int FreshCount { get; private set; }

    /// <summary>Entries to draw from with <see cref="Fresh"/>; some may be empty.</summary>
    public int FreshEntries => _next - _fresh;

    /// <summary>A fresh one; null when it has come back.</summary>
    public SwimNode? Fresh(int index) => _entries[Index(_fresh) + index];

    /// <summary>A node has gone; its <see cref="SwimNode.StateChanged"/> is later than that of all before it.</summary>
    public void Add(SwimNode node)
    {
        node.GoneEntry = _next++;
        _entries.Add(node);
        FreshCount++;
    }

    /// <summary>A node has come back.</summary>
    public void Remove(SwimNode node)
    {
        _entries[Index(node.GoneEntry)] = null;
        _empty++;
        if (node.GoneEntry >= _fresh) FreshCount--;
        node.GoneEntry = 0;
    }

    /// <summary>Time passes: who went before an instant is fresh no more.</summary>
    public void Age(Instant before)
    {
        for (; _fresh < _next; _fresh++)
        {
            if (_entries[Index(_fresh)] is not { } node) continue;
            if (node.StateChanged >= before) return;
            FreshCount--;
        }
    }

    /// <summary>Takes out who went before an instant, one at a time; those that are fresh stay.</summary>
    public SwimNode? Forget(Instant before)
    {
        while (_first < _fresh)
        {
            var node = _entries[Index(_first)];
            if (node is not null && node.StateChanged >= before) break;
            _entries[Index(_first++)] = null;
            _empty++;
            if (node is null) continue;
            node.GoneEntry = 0;
            return node;
        }

        Sweep();
        return null;
    }

    private int Index(int entry) => entry - (_next - _entries.Count);

    /// <summary>Once half of the entries are empty, the rest moves together: a node that flaps for a day leaves no trail.</summary>
    private void Sweep()
    {
        if (_empty < 16 || 2 * _empty < _entries.Count) return;
        var fresh = FreshCount;
        _entries.RemoveAll(node => node is null);
        _first = _next - _entries.Count;
        _fresh = _next - fresh;
        for (var i = 0; i < _entries.Count; i++) _entries[i]!.GoneEntry = _first + i;
        _empty = 0;
    }
}
