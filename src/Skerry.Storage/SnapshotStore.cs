using Skerry.Storage.Snapshots;

namespace Skerry.Storage;

/// <summary>
/// Snapshots of a state beside its log, of any size: each is a stream of bytes, written beside, flushed, renamed, the directory flushed. One that is listed is whole; its bytes are
/// checked as they are read. Calls may come from any thread; each stream belongs to one.
/// </summary>
/// <param name="directory">Where its files are, beside those of others.</param>
/// <param name="identity">Whose they are, such as group and node; those of another one are refused. At most <see cref="WriteAheadLog.MaxIdentity"/> bytes.</param>
public sealed class SnapshotStore(IStorageDirectory directory, string identity)
{
    /// <summary>The snapshots there are, oldest first.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public IReadOnlyList<Snapshot> List()
    {
        var found = new List<Snapshot>();
        foreach (var name in directory.List())
        {
            if (SnapshotName.TryParse(name, out var snapshot)) found.Add(snapshot);
        }

        found.Sort();
        return found;
    }

    /// <summary>Begins a snapshot; it is there once <see cref="SnapshotWriteStream.Complete"/> has returned. One at a time of an index and term.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SnapshotWriteStream Create(Snapshot snapshot) => new(directory, identity, snapshot);

    /// <summary>Opens a snapshot to read it from its beginning. A read that meets damage throws <see cref="StorageException"/> and never gives a wrong byte.</summary>
    /// <exception cref="StorageException">It is not there, damaged at its head, or somebody else's, or the disk refuses.</exception>
    public Stream OpenRead(Snapshot snapshot) => SnapshotReadStream.Open(directory, identity, snapshot);

    /// <summary>Deletes all snapshots older than <paramref name="snapshot"/>, and what was begun and never completed by an earlier process.</summary>
    /// <param name="snapshot">The oldest to keep.</param>
    /// <param name="unfinished">Whether to delete what is unfinished too: only while nobody writes.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void DeleteBefore(Snapshot snapshot, bool unfinished = false)
    {
        foreach (var name in directory.List())
        {
            if (SnapshotName.TryParse(name, out var found) ? found < snapshot : unfinished && SnapshotName.IsUnfinished(name)) directory.Delete(name);
        }
    }

    /// <summary>Deletes a snapshot, if it is there.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Delete(Snapshot snapshot) => directory.Delete(SnapshotName.Of(snapshot));

    /// <summary>Moves a damaged snapshot out of the way; it is kept for whoever wants to look.</summary>
    /// <returns>Its new name.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public string SetAside(Snapshot snapshot)
    {
        var name = SnapshotName.Of(snapshot);
        directory.Rename(name, name + SnapshotName.Damaged);
        directory.Flush();
        return name + SnapshotName.Damaged;
    }
}
