using Microsoft.Extensions.Logging;

namespace Skerry.Replication.Driver;

/// <summary>Log messages of replication: event ids 1100 to 1199.</summary>
internal static partial class ReplicationLog
{
    [LoggerMessage(1100, LogLevel.Critical, "Replication of {Node} has stopped: what others say of themselves is no longer heard")]
    public static partial void Stopped(ILogger logger, string node, Exception exception);

    [LoggerMessage(1101, LogLevel.Debug, "Dropped a replication message of {Size} bytes that could not be read")]
    public static partial void MessageRefused(ILogger logger, int size);

    [LoggerMessage(1102, LogLevel.Debug, "Could not send {Size} bytes to {Peer}: the next comparison makes up for it")]
    public static partial void StreamFailed(ILogger logger, string peer, int size, Exception? exception);
}
