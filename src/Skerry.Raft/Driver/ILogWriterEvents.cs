using Skerry.Storage;

namespace Skerry.Raft.Driver;

/// <summary>What the log's thread tells; called on it.</summary>
internal interface ILogWriterEvents
{
    /// <summary>Everything up to a sequence number is durable.</summary>
    void Persisted(ulong sequence);

    /// <summary>The disk is full.</summary>
    void Full(StorageException reason);

    /// <summary>There is room again.</summary>
    void RoomAgain();

    /// <summary>The disk is not to be trusted: nothing is written any more.</summary>
    void Failed(Exception reason);
}
