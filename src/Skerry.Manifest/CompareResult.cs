namespace Skerry.Manifest;

/// <summary>How a key must stand to what is given; the numbers are etcd's.</summary>
public enum CompareResult
{
    /// <summary>Equal.</summary>
    Equal,

    /// <summary>Greater.</summary>
    Greater,

    /// <summary>Less.</summary>
    Less,

    /// <summary>Not equal.</summary>
    NotEqual,
}
