using Microsoft.Extensions.Logging;

namespace Skerry.Gossip.Driver;

/// <summary>Log messages of gossip: event ids 1000 to 1099.</summary>
internal static partial class GossipLog
{
    [LoggerMessage(1000, LogLevel.Information, "Gossip of {Node} listens on {Address}, {Encryption}")]
    public static partial void Listening(ILogger logger, string node, string address, string encryption);

    [LoggerMessage(1001, LogLevel.Information, "Member {Node} joined ({Address})")]
    public static partial void Joined(ILogger logger, string node, string address);

    [LoggerMessage(1002, LogLevel.Information, "Member {Node} left")]
    public static partial void Left(ILogger logger, string node);

    [LoggerMessage(1003, LogLevel.Warning, "Member {Node} failed: it stopped answering")]
    public static partial void Failed(ILogger logger, string node);

    [LoggerMessage(1004, LogLevel.Information, "Member {Node} updated")]
    public static partial void Updated(ILogger logger, string node);

    [LoggerMessage(1005, LogLevel.Information, "Member {Node} forgotten")]
    public static partial void Reaped(ILogger logger, string node);

    [LoggerMessage(1006, LogLevel.Debug, "{Notice} {Node} {Detail}")]
    public static partial void Noticed(ILogger logger, string notice, string node, string detail);

    [LoggerMessage(1007, LogLevel.Warning, "{Notice} {Node} {Detail}")]
    public static partial void Alarmed(ILogger logger, string notice, string node, string detail);

    [LoggerMessage(1008, LogLevel.Debug, "Dropped a packet from {From}: {Error}")]
    public static partial void PacketRefused(ILogger logger, string from, string error);

    [LoggerMessage(1009, LogLevel.Debug, "Exchange with {Peer} failed: {Reason}")]
    public static partial void ExchangeFailed(ILogger logger, string peer, string reason);

    [LoggerMessage(1010, LogLevel.Warning, "The snapshot {Path} is damaged: {Damage}. It is kept as {Aside}; what could be read of it counts")]
    public static partial void SnapshotDamaged(ILogger logger, string path, string damage, string aside);

    [LoggerMessage(1011, LogLevel.Error, "The snapshot {Path} cannot be written: {Reason}. Gossip goes on; after a crash it may not rejoin by itself")]
    public static partial void SnapshotUnwritable(ILogger logger, string path, string reason);

    [LoggerMessage(1012, LogLevel.Information, "Rejoining from the snapshot through {Count} members")]
    public static partial void Rejoining(ILogger logger, int count);

    [LoggerMessage(1013, LogLevel.Critical, "Gossip of {Node} has stopped: {Reason}")]
    public static partial void Stopped(ILogger logger, string node, string reason, Exception? exception);

    [LoggerMessage(1014, LogLevel.Information, "Gossip keys changed by {Operation}: {Count} installed")]
    public static partial void KeysChanged(ILogger logger, string operation, int count);

    [LoggerMessage(1015, LogLevel.Information, "The snapshot {Path} is written again")]
    public static partial void SnapshotWritable(ILogger logger, string path);

    [LoggerMessage(1016, LogLevel.Information, "None of the {Count} members of the snapshot answered; trying again in about {Seconds} s")]
    public static partial void RejoinFailed(ILogger logger, int count, double seconds);

    [LoggerMessage(1017, LogLevel.Debug, "Refused a stream from {From}: {Error}")]
    public static partial void StreamRefused(ILogger logger, string from, string error);

    [LoggerMessage(1018, LogLevel.Debug, "Could not send to {To}: {Reason}")]
    public static partial void SendFailed(ILogger logger, string to, string reason);

    [LoggerMessage(1019, LogLevel.Warning, "Gossip's socket failed: {Reason}. Trying on")]
    public static partial void ReceiveFailed(ILogger logger, string reason);

    [LoggerMessage(1020, LogLevel.Information, "Gossip of {Node} has left its group")]
    public static partial void LeftGroup(ILogger logger, string node);
}
