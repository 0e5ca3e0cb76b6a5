namespace Skerry.Storage.Log;

/// <summary>One file of the log.</summary>
/// <param name="number">Its number.</param>
/// <param name="file">The file.</param>
/// <param name="capacity">Its length, which never changes.</param>
internal sealed class Segment(ulong number, IStorageFile file, int capacity)
{
    public ulong Number => number;

    public IStorageFile File => file;

    public int Capacity => capacity;

    /// <summary>Where its records end; those behind <see cref="WriteAheadLog"/>'s written offset are still in memory.</summary>
    public int End { get; set; }
}
