namespace Skerry.Replication.Core;

/// <summary>A record among its owner's, in ordinal order of kind, then id.</summary>
/// <param name="Kind">What sort.</param>
/// <param name="Id">Which one.</param>
internal readonly record struct RecordName(string Kind, string Id) : IComparable<RecordName>
{
    public int CompareTo(RecordName other)
    {
        var order = string.CompareOrdinal(Kind, other.Kind);
        return order != 0 ? order : string.CompareOrdinal(Id, other.Id);
    }
}
