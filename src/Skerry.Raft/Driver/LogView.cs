using Skerry.Raft.Core;
using Skerry.Raft.Wire;
using Skerry.Storage;

namespace Skerry.Raft.Driver;

/// <summary>The log as the core reads it, beside the thread that writes it: <see cref="Gate"/> is held for all but flushes.</summary>
internal sealed class LogView(WriteAheadLog log) : ILogView
{
    public Lock Gate { get; } = new();

    public ulong FirstIndex
    {
        get
        {
            lock (Gate) return log.FirstIndex;
        }
    }

    public ulong LastIndex
    {
        get
        {
            lock (Gate) return log.LastIndex;
        }
    }

    public long Bytes
    {
        get
        {
            lock (Gate) return log.Size;
        }
    }

    public RaftEntry Read(ulong index)
    {
        byte[] bytes;
        lock (Gate) bytes = log.Read(index);
        if (EntryCodec.TryDecodeEntry(index, bytes, out var entry)) return entry;
        throw new StorageException($"Entry {index} of the log is whole and not one that this program writes: the directory was written by a newer version.");
    }
}
