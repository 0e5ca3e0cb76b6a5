namespace Skerry.Gossip.Core;

/// <summary>
/// Rows found by their names in one step, however many there are. A group's every node holds a row on every other, so what a row takes counts: six bytes
/// here besides the row, where a dictionary takes thirty. Open addressing with linear probing (Knuth, The Art of Computer Programming 3, section 6.4).
/// </summary>
/// <typeparam name="TRow">What is held of one name.</typeparam>
/// <param name="nameOf">A row's name; it never changes.</param>
internal sealed class NameTable<TRow>(Func<TRow, string> nameOf)
    where TRow : class
{
    /// <summary>At least a quarter is always free, so that a search ends soon.</summary>
    private const double MaxLoad = 0.75;

    private readonly List<TRow> _rows = [];

    /// <summary>One more than a row's place among the rows; 0: free. A power of two long.</summary>
    private int[] _slots = new int[8];

    /// <summary>All; in an order that means nothing and is the same in every run. Taking one out changes it.</summary>
    public IReadOnlyList<TRow> Rows => _rows;

    public TRow? Find(string name) => _slots[SlotOf(name)] is > 0 and var place ? _rows[place - 1] : null;

    /// <summary>Adds a row whose name is not there yet.</summary>
    public void Add(TRow row)
    {
        if (_rows.Count + 1 > MaxLoad * _slots.Length) Grow();
        _rows.Add(row);
        _slots[SlotOf(nameOf(row))] = _rows.Count;
    }

    public bool Remove(string name)
    {
        var slot = SlotOf(name);
        var place = _slots[slot];
        if (place == 0) return false;
        // The last row takes its place.
        _slots[SlotOf(nameOf(_rows[^1]))] = place;
        _rows[place - 1] = _rows[^1];
        _rows.RemoveAt(_rows.Count - 1);
        Free(slot);
        return true;
    }

    /// <summary>Gives back spare room.</summary>
    public void TrimExcess() => _rows.TrimExcess();

    /// <summary>Where a name is, or would be.</summary>
    private int SlotOf(string name)
    {
        var slot = HomeOf(name);
        while (_slots[slot] > 0 && nameOf(_rows[_slots[slot] - 1]) != name) slot = Next(slot);
        return slot;
    }

    /// <summary>Empties a slot and moves up those behind it that would not be found any more.</summary>
    private void Free(int slot)
    {
        for (var next = Next(slot); _slots[next] > 0; next = Next(next))
        {
            var home = HomeOf(nameOf(_rows[_slots[next] - 1]));
            if (((next - home) & (_slots.Length - 1)) < ((next - slot) & (_slots.Length - 1))) continue;
            _slots[slot] = _slots[next];
            slot = next;
        }

        _slots[slot] = 0;
    }

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        for (var i = 0; i < _rows.Count; i++)
        {
            var slot = HomeOf(nameOf(_rows[i]));
            while (_slots[slot] > 0) slot = Next(slot);
            _slots[slot] = i + 1;
        }
    }

    private int HomeOf(string name) => string.GetHashCode(name) & (_slots.Length - 1);

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);
}
