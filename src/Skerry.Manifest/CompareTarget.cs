namespace Skerry.Manifest;

/// <summary>What of a key is compared; the numbers are etcd's.</summary>
public enum CompareTarget
{
    /// <summary>How often it was written since its creation.</summary>
    Version,

    /// <summary>The revision that created it.</summary>
    Create,

    /// <summary>The revision that wrote it last.</summary>
    Mod,

    /// <summary>What it holds.</summary>
    Value,

    /// <summary>The lease it hangs on.</summary>
    Lease,
}
