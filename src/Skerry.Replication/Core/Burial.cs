using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>A withdrawn record, in the order in which they are dropped: by time, then owner, kind and id in ordinal order.</summary>
/// <param name="At">When it was withdrawn.</param>
/// <param name="Owner">By whom.</param>
/// <param name="Name">Which.</param>
internal readonly record struct Burial(Instant At, string Owner, RecordName Name) : IComparable<Burial>
{
    public int CompareTo(Burial other)
    {
        var order = At.CompareTo(other.At);
        if (order == 0) order = string.CompareOrdinal(Owner, other.Owner);
        return order != 0 ? order : Name.CompareTo(other.Name);
    }
}
