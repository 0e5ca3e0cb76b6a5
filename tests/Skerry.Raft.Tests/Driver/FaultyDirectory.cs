using Skerry.Storage;

namespace Skerry.Raft.Tests.Driver;

/// <summary>A real directory on a disk that can be declared full, so that nothing new can be made on it, or broken, so that nothing can be flushed.</summary>
public sealed class FaultyDirectory(IStorageDirectory inner) : IStorageDirectory
{
    public bool IsFull { get; set; }

    public bool IsBroken { get; set; }

    public string Name => inner.Name;

    public bool IsUnsafe => inner.IsUnsafe;

    public IReadOnlyList<string> List() => inner.List();

    public IStorageFile Open(string name) => new File_(this, inner.Open(name));

    public IStorageFile Create(string name, long length) =>
        IsFull ? throw new StorageException($"{name}: no space left.") { IsFull = true } : new File_(this, inner.Create(name, length));

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void Delete(string name) => inner.Delete(name);

    public void Flush() => inner.Flush();

    private sealed class File_(FaultyDirectory directory, IStorageFile inner) : IStorageFile
    {
        public string Name => inner.Name;

        public long Length => inner.Length;

        public int Read(long offset, Span<byte> destination) => inner.Read(offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> source) => inner.Write(offset, source);

        public void Flush()
        {
            if (directory.IsBroken) throw new StorageException($"{Name} cannot be flushed: input/output error.");
            inner.Flush();
        }

        public void Dispose() => inner.Dispose();
    }
}
