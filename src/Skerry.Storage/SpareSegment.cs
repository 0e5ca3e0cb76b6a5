namespace Skerry.Storage;

/// <summary>A segment that a <see cref="WriteAheadLog"/> can begin without making it first. Whoever does not offer it disposes it.</summary>
public sealed class SpareSegment : IDisposable
{
    internal SpareSegment(IStorageFile file, int capacity) => (File, Capacity) = (file, capacity);

    internal IStorageFile File { get; }

    internal int Capacity { get; }

    /// <summary>Closes it; the next start of the log deletes it.</summary>
    public void Dispose() => File.Dispose();
}
