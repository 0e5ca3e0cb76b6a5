namespace Skerry.Storage.Log;

/// <summary>What a record of the log holds.</summary>
internal enum RecordKind : byte
{
    /// <summary>Begins a segment: what stood when it was made.</summary>
    Segment = 1,

    /// <summary>One entry; it takes the place of whatever stood at its index and after it.</summary>
    Entry = 2,

    /// <summary>The state from here on.</summary>
    State = 3,

    /// <summary>The bounds from here on: the index before the first entry, and the last one.</summary>
    Bounds = 4,
}
