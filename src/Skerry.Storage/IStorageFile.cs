namespace Skerry.Storage;

/// <summary>An open file of a <see cref="IStorageDirectory"/>. Calls block; one thread at a time, reads excepted. Every call throws <see cref="StorageException"/> when the disk refuses.</summary>
public interface IStorageFile : IDisposable
{
    /// <summary>The file's name for people: with its path where it has one.</summary>
    string Name { get; }

    /// <summary>Its length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads from <paramref name="offset"/> on until <paramref name="destination"/> is full or the file ends.</summary>
    /// <returns>How many bytes were read.</returns>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes all of <paramref name="source"/> at <paramref name="offset"/>. It is on disk only after <see cref="Flush"/>; after an error any part of it may be.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Makes everything written so far durable, the length included. When it throws, nothing written since the last flush may be trusted, whatever reading says.</summary>
    void Flush();
}
