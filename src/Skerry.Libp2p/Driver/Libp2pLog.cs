using Microsoft.Extensions.Logging;

namespace Skerry.Libp2p.Driver;

/// <summary>Log messages of the libp2p host: event ids 4000 to 4099.</summary>
internal static partial class Libp2pLog
{
    [LoggerMessage(4000, LogLevel.Information, "Peer {Peer} takes connections on {Address}")]
    public static partial void Listening(ILogger logger, PeerId peer, Multiaddr address);

    [LoggerMessage(4001, LogLevel.Debug, "Connected to {Peer} at {Address}, {Direction}, by {Security}")]
    public static partial void Connected(ILogger logger, PeerId peer, Multiaddr address, string direction, string security);

    [LoggerMessage(4002, LogLevel.Debug, "The connection to {Peer} at {Address} is over: {Reason}")]
    public static partial void Closed(ILogger logger, PeerId peer, Multiaddr address, string reason);

    [LoggerMessage(4003, LogLevel.Debug, "A connection from {Address} was refused: {Reason}")]
    public static partial void Refused(ILogger logger, Multiaddr address, string reason);

    [LoggerMessage(4004, LogLevel.Debug, "A stream of {Peer} under {Protocol} failed: {Reason}")]
    public static partial void StreamFailed(ILogger logger, PeerId peer, string protocol, string reason);

    [LoggerMessage(4020, LogLevel.Information, "A way out of the relay to {Peer}, {Role} here: {Outcome} after {Attempts} attempts in {Milliseconds} ms, from {Relayed}")]
    public static partial void HolePunched(ILogger logger, PeerId peer, string role, HolePunchOutcome outcome, int attempts, long milliseconds, Multiaddr relayed);

    [LoggerMessage(4021, LogLevel.Debug, "{Server} has called {Address}: {Result}")]
    public static partial void Probed(ILogger logger, Multiaddr address, PeerId server, Core.Reachability.ProbeResult result);

    [LoggerMessage(4022, LogLevel.Information, "Whether others reach this node: {Reachability}")]
    public static partial void ReachabilityChanged(ILogger logger, Reachability reachability);

    [LoggerMessage(4005, LogLevel.Error, "Answering {Protocol} failed")]
    public static partial void HandlerFailed(ILogger logger, string protocol, Exception error);

    [LoggerMessage(4026, LogLevel.Information, "In the DHT {Protocol} this node is now a {Mode}")]
    public static partial void DhtMode(ILogger logger, string protocol, DhtMode mode);

    [LoggerMessage(4027, LogLevel.Warning, "Peers in the LAN are not found over {Family}: port {Port} is not to be had: {Reason}")]
    public static partial void MdnsNotHeard(ILogger logger, string family, int port, string reason);

    [LoggerMessage(4023, LogLevel.Debug, "Found {Peer} by {Source}")]
    public static partial void PeerFound(ILogger logger, PeerId peer, DiscoverySource source);

    [LoggerMessage(4024, LogLevel.Error, "Telling of a found peer failed")]
    public static partial void TellingFailed(ILogger logger, Exception error);

    [LoggerMessage(4025, LogLevel.Debug, "Looking for the rendezvous in the DHT failed: {Reason}")]
    public static partial void FinderFailed(ILogger logger, string reason);

    [LoggerMessage(4028, LogLevel.Debug, "{Peer} was asked in the DHT in vain: {Reason}")]
    public static partial void DhtRequestFailed(ILogger logger, PeerId peer, string reason);
}
