namespace Skerry.Storage;

/// <summary>
/// The few calls that a log and its snapshots need of a disk, so that a simulated one can stand in. Names are plain file names, no paths. Created, renamed and deleted names
/// are durable only after <see cref="Flush"/>. Every call throws <see cref="StorageException"/> when the disk refuses.
/// </summary>
public interface IStorageDirectory
{
    /// <summary>The directory's name for people: its path where it has one.</summary>
    string Name { get; }

    /// <summary>Whether flushes do nothing: fast, and a crash of the machine loses what was acknowledged. For measurements alone.</summary>
    bool IsUnsafe { get; }

    /// <summary>The names of all files in it, in ordinal order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Opens a file that is there, for reading and writing.</summary>
    IStorageFile Open(string name);

    /// <summary>
    /// Creates a file, or empties the one of that name. A <paramref name="length"/> above 0 reserves so many bytes, all zero, so that writes within it need neither room nor a change of
    /// length; when there is no room, the file is gone again and the exception <see cref="StorageException.IsFull"/>.
    /// </summary>
    IStorageFile Create(string name, long length);

    /// <summary>Gives a file another name; a file that had it is replaced in the same step.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file.</summary>
    void Delete(string name);

    /// <summary>Makes names durable.</summary>
    void Flush();
}
