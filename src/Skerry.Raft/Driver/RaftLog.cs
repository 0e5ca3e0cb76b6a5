using Microsoft.Extensions.Logging;

namespace Skerry.Raft.Driver;

/// <summary>Log messages of a node's part in its group: event ids 1200 to 1299.</summary>
internal static partial class RaftLog
{
    [LoggerMessage(1200, LogLevel.Information, "Group {Group}: member {Id:x} opened {Directory}: entries {First} to {Last}, term {Term}, snapshot {Snapshot}")]
    public static partial void Opened(ILogger logger, string group, ulong id, string directory, ulong first, ulong last, ulong term, ulong snapshot);

    [LoggerMessage(1201, LogLevel.Critical, "Group {Group}: this node has stopped: it neither votes nor takes commands until it is started again")]
    public static partial void Stopped(ILogger logger, string group, Exception reason);

    [LoggerMessage(1202, LogLevel.Warning, "Group {Group}: {Cut}: {Bytes} bytes of a torn tail were cut off. They had been written and never flushed; nobody was told they were safe")]
    public static partial void TailCut(ILogger logger, string group, string cut, int bytes);

    [LoggerMessage(1203, LogLevel.Critical, "Group {Group}: {Directory} is written WITHOUT FLUSHING: a crash of this machine loses what was acknowledged. For measurements alone")]
    public static partial void Unsafe(ILogger logger, string group, string directory);

    [LoggerMessage(1204, LogLevel.Information, "Group {Group}: term {Term}: this node is {Role}, the leader is {Leader}")]
    public static partial void RoleChanged(ILogger logger, string group, ulong term, RaftNodeRole role, string leader);

    [LoggerMessage(1205, LogLevel.Information, "Group {Group}: members {Members} at entry {Index}")]
    public static partial void MembersChanged(ILogger logger, string group, string members, ulong index);

    [LoggerMessage(1206, LogLevel.Error, "Group {Group}: the disk is full. Nothing is lost; this node takes no commands until there is room. {Reason}")]
    public static partial void DiskFull(ILogger logger, string group, string reason);

    [LoggerMessage(1207, LogLevel.Information, "Group {Group}: there is room on the disk again")]
    public static partial void RoomAgain(ILogger logger, string group);

    [LoggerMessage(1208, LogLevel.Information, "Group {Group}: snapshot of entry {Index}, {Bytes} bytes")]
    public static partial void SnapshotTaken(ILogger logger, string group, ulong index, long bytes);

    [LoggerMessage(1209, LogLevel.Warning, "Group {Group}: no snapshot of entry {Index} could be written; it is tried again later. {Reason}")]
    public static partial void SnapshotFailed(ILogger logger, string group, ulong index, string reason);

    [LoggerMessage(1210, LogLevel.Information, "Group {Group}: restored the snapshot of entry {Index}")]
    public static partial void Restored(ILogger logger, string group, ulong index);

    [LoggerMessage(1211, LogLevel.Error, "Group {Group}: the snapshot of entry {Index} is damaged and was set aside as {File}. {Reason}")]
    public static partial void SnapshotDamaged(ILogger logger, string group, ulong index, string file, string reason);

    [LoggerMessage(1212, LogLevel.Debug, "Group {Group}: {Node} is not reached: {Reason}")]
    public static partial void Unreachable(ILogger logger, string group, string node, string reason);

    [LoggerMessage(1213, LogLevel.Debug, "Group {Group}: dropped a stream of {Node}: {Reason}")]
    public static partial void StreamRefused(ILogger logger, string group, string node, string reason);
}
