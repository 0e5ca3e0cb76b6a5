namespace Skerry.Manifest;

/// <summary>What a range is sorted by; the numbers are etcd's.</summary>
public enum SortTarget
{
    /// <summary>The key's bytes.</summary>
    Key,

    /// <summary>How often the key was written.</summary>
    Version,

    /// <summary>The revision that created it.</summary>
    Create,

    /// <summary>The revision that wrote it last.</summary>
    Mod,

    /// <summary>The value's bytes.</summary>
    Value,
}
