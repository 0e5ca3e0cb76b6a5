namespace Skerry.Manifest.Core;

/// <summary>One state of a key, newest first in a chain. Nothing but <see cref="Older"/> changes once it is published, and that only when compaction cuts the chain.</summary>
internal sealed class KeyVersion
{
    /// <summary>The revision that wrote it.</summary>
    public required long ModRevision { get; init; }

    /// <summary>Its place among the changes of that revision, from 0.</summary>
    public required int Order { get; init; }

    /// <summary>The revision that created the key; 0 for a deletion.</summary>
    public long CreateRevision { get; init; }

    /// <summary>How often the key was written since its creation, from 1; 0 for a deletion.</summary>
    public long Version { get; init; }

    /// <summary>The lease it hangs on; 0 is none.</summary>
    public long Lease { get; init; }

    /// <summary>What it holds; null where the key was deleted.</summary>
    public byte[]? Value { get; init; }

    /// <summary>What Consul's API has of it; null where it never touched the key.</summary>
    public KeyFacts? Facts { get; init; }

    /// <summary>The hash of key and state, part of the hash of the whole.</summary>
    public ulong Hash { get; init; }

    /// <summary>The state before, as long as it is kept.</summary>
    public KeyVersion? Older { get; set; }

    public bool IsDeletion => Value is null;
}
