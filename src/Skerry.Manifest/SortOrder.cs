namespace Skerry.Manifest;

/// <summary>Which way a range is sorted; the numbers are etcd's.</summary>
public enum SortOrder
{
    /// <summary>By key; by another target upwards.</summary>
    None,

    /// <summary>Upwards.</summary>
    Ascending,

    /// <summary>Downwards.</summary>
    Descending,
}
