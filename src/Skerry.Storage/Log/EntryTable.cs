namespace Skerry.Storage.Log;

/// <summary>
/// The bounds of the log and where its entries are. An entry takes the place of whatever stood at its index and after it. While a log is read from disk, the places of entries
/// in segments that are gone already are not known; when all is read they must have been dropped.
/// </summary>
internal sealed class EntryTable
{
    private readonly List<EntryPlace> _places = [];
    private ulong _placesBefore;

    public EntryTable(ulong before, ulong last)
    {
        Before = before;
        Last = last;
        _placesBefore = last;
    }

    /// <summary>The index before the first entry.</summary>
    public ulong Before { get; private set; }

    /// <summary>The index of the last entry.</summary>
    public ulong Last { get; private set; }

    /// <summary>Bytes of all entries whose place is known.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether some entry's place is not known.</summary>
    public bool HasGap => _placesBefore > Before;

    /// <summary>The place of the first entry; null when there is none.</summary>
    public EntryPlace? First => _places.Count == 0 ? null : _places[0];

    public EntryPlace this[ulong index] => _places[checked((int)(index - _placesBefore - 1))];

    public bool CanPut(ulong index) => index > Before && index - 1 <= Last;

    public void Put(ulong index, EntryPlace place)
    {
        CutFrom(index);
        _places.Add(place);
        Bytes += place.Length;
        Last = index;
    }

    /// <summary>Sets the bounds: entries up to <paramref name="before"/> and behind <paramref name="last"/> are gone.</summary>
    public void SetBounds(ulong before, ulong last)
    {
        if (last < Last) CutFrom(last + 1);
        if (before > _placesBefore)
        {
            var dropped = (int)Math.Min(before - _placesBefore, (ulong)_places.Count);
            for (var i = 0; i < dropped; i++) Bytes -= _places[i].Length;
            _places.RemoveRange(0, dropped);
            _placesBefore = before;
        }

        Before = before;
        Last = last;
    }

    private void CutFrom(ulong index)
    {
        if (index <= _placesBefore)
        {
            _places.Clear();
            _placesBefore = index - 1;
            Bytes = 0;
            return;
        }

        var kept = (int)Math.Min(index - _placesBefore - 1, (ulong)_places.Count);
        for (var i = kept; i < _places.Count; i++) Bytes -= _places[i].Length;
        _places.RemoveRange(kept, _places.Count - kept);
    }
}
