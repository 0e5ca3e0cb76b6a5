namespace Skerry.Manifest.Core;

/// <summary>A key and its states. Readers on other threads see a newer head or an older one, both whole.</summary>
internal sealed class KeyRecord(byte[] key, KeyVersion head)
{
    public byte[] Key { get; } = key;

    public KeyVersion Head { get; set; } = head;

    /// <summary>Whether it has gone from the tree: the key, if it comes again, has another record.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>The state at a revision; null where the key was not there.</summary>
    public KeyVersion? At(long revision) => LastAt(revision) is { IsDeletion: false } version ? version : null;

    /// <summary>The newest state up to a revision, which may be a deletion; null where there was none, or it is kept no longer.</summary>
    public KeyVersion? LastAt(long revision)
    {
        var version = Head;
        while (version is not null && version.ModRevision > revision) version = version.Older;
        return version;
    }

    /// <summary>Forgets what no read at <paramref name="revision"/> or later can see. A deletion at exactly that revision stays, since a watch may begin there.</summary>
    /// <returns>Whether nothing is left of the key.</returns>
    public bool Prune(long revision)
    {
        KeyVersion? newer = null;
        var version = Head;
        while (version is not null && version.ModRevision > revision)
        {
            newer = version;
            version = version.Older;
        }

        if (version is null) return false;
        version.Older = null;
        if (!version.IsDeletion || version.ModRevision == revision) return false;
        if (newer is null) return true;
        newer.Older = null;
        return false;
    }
}
