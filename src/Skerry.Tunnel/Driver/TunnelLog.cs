using Microsoft.Extensions.Logging;

namespace Skerry.Tunnel.Driver;

/// <summary>Log messages of the tunnel: event ids 5000 to 5099.</summary>
internal static partial class TunnelLog
{
    [LoggerMessage(5000, LogLevel.Information, "The tunnel is up: {Node} is peer {Peer}, {Where}")]
    public static partial void Started(ILogger logger, string node, string peer, string where);

    [LoggerMessage(5001, LogLevel.Warning, "Peer {Peer} at {Address}, which says it is node {Node} of {Group}, is refused: {Reason}")]
    public static partial void NameRefused(ILogger logger, string peer, string address, string node, string group, string reason);

    [LoggerMessage(5002, LogLevel.Debug, "{Node} is reached {Kind} at {Address}")]
    public static partial void Reached(ILogger logger, string node, PathKind kind, string address);

    [LoggerMessage(5003, LogLevel.Debug, "{Node} is not reached at {Address}: {Reason}")]
    public static partial void NotReached(ILogger logger, string node, string address, string reason);

    [LoggerMessage(5004, LogLevel.Information, "The relay {Relay} puts callers through to this node, until {Expires}")]
    public static partial void Reserved(ILogger logger, string relay, DateTimeOffset expires);

    [LoggerMessage(5005, LogLevel.Warning, "The relay {Relay} is lost: {Reason}")]
    public static partial void RelayLost(ILogger logger, string relay, string reason);

    [LoggerMessage(5006, LogLevel.Warning, "The relay {Relay} is of no use now: {Reason}")]
    public static partial void RelayRefused(ILogger logger, string relay, string reason);

    [LoggerMessage(5007, LogLevel.Information, "A session with {Node} for {Target} goes on over {Kind} at {Address}, after {Milliseconds:0} ms without a path")]
    public static partial void Resumed(ILogger logger, string node, SessionTarget target, PathKind kind, string address, double milliseconds);

    [LoggerMessage(5008, LogLevel.Warning, "A session with {Node} for {Target} is lost: {Reason}")]
    public static partial void SessionLost(ILogger logger, string node, SessionTarget target, string reason);

    [LoggerMessage(5009, LogLevel.Warning, "A session of {Caller} for {Target} was refused: {Reason}")]
    public static partial void SessionRefused(ILogger logger, string caller, SessionTarget target, string reason);

    [LoggerMessage(5010, LogLevel.Information, "This node is a relay from now on")]
    public static partial void RelayBegun(ILogger logger);

    [LoggerMessage(5011, LogLevel.Information, "This node is a relay no more")]
    public static partial void RelayEnded(ILogger logger);

    [LoggerMessage(5016, LogLevel.Warning, "This node is named as a relay, but others that were asked to call it have not got through: it is none until they do")]
    public static partial void RelayNotReached(ILogger logger);

    [LoggerMessage(5014, LogLevel.Information, "This machine has other addresses than before: relays and nodes are reached anew")]
    public static partial void NetworkChanged(ILogger logger);

    [LoggerMessage(5015, LogLevel.Warning, "Others do not believe which node this is: {Reason}")]
    public static partial void SelfNotBelieved(ILogger logger, string reason);

    [LoggerMessage(5013, LogLevel.Warning, "This relay has no room for more: who asks is sent to others")]
    public static partial void RelayFull(ILogger logger);

    [LoggerMessage(5012, LogLevel.Error, "Answering a session of {Caller} for {Target} failed")]
    public static partial void AnswerFailed(ILogger logger, string caller, SessionTarget target, Exception error);
}
