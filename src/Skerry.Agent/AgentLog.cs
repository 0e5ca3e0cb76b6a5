using Microsoft.Extensions.Logging;

namespace Skerry.Agent;

/// <summary>What the agent itself says.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(9001, LogLevel.Information, "Skerry {Version}: node {Node} ({Id}) of group {Group}")]
    public static partial void Starting(ILogger logger, string version, string node, string id, string group);

    [LoggerMessage(9002, LogLevel.Information, "Ready: HTTP API at http://{Api}, gossip at {Gossip}, {Gateway}")]
    public static partial void Ready(ILogger logger, string api, string gossip, string gateway);

    [LoggerMessage(9003, LogLevel.Information, "{Reason}: stopping; a second signal stops at once")]
    public static partial void Stopping(ILogger logger, string reason);

    [LoggerMessage(9004, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(9005, LogLevel.Warning, "No key is set: gossip is in clear and stays on loopback. For other machines to join, set key to what 'skerry keygen' prints")]
    public static partial void NoKey(ILogger logger);

    [LoggerMessage(9006, LogLevel.Warning, "The HTTP API at {Api} is open to whoever reaches it: it has no access control")]
    public static partial void OpenApi(ILogger logger, string api);

    [LoggerMessage(9007, LogLevel.Information, "No dataDirectory is set: nothing is kept when the agent ends")]
    public static partial void NothingKept(ILogger logger);

    [LoggerMessage(9008, LogLevel.Warning, "The node id file held no UUID: it was set aside as {File}, and the node has a new id")]
    public static partial void IdentitySetAside(ILogger logger, string file);

    [LoggerMessage(9010, LogLevel.Information, "Joined {Count} of {Total} configured members")]
    public static partial void Joined(ILogger logger, int count, int total);

    [LoggerMessage(9011, LogLevel.Warning, "Nobody to join answers; next try in {Pause} s. {Reason}")]
    public static partial void JoinFailed(ILogger logger, double pause, string reason);

    [LoggerMessage(9020, LogLevel.Information, "Configuration read again ({Cause}): nothing new to put into effect")]
    public static partial void Unchanged(ILogger logger, string cause);

    [LoggerMessage(9021, LogLevel.Information, "Configuration read again ({Cause}); in effect: {Keys}")]
    public static partial void Reloaded(ILogger logger, string cause, string keys);

    [LoggerMessage(9022, LogLevel.Warning, "Changed, but waiting for a restart: {Keys}")]
    public static partial void RestartNeeded(ILogger logger, string keys);

    [LoggerMessage(9023, LogLevel.Error, "Configuration refused, the old one stays in effect ({Cause}): {Error}")]
    public static partial void ReloadRefused(ILogger logger, string cause, string error);

    [LoggerMessage(9024, LogLevel.Warning, "The list of revocations {Number} is older than {Current}, which stays in effect")]
    public static partial void OlderRevocations(ILogger logger, ulong number, ulong current);

    [LoggerMessage(9025, LogLevel.Warning, "This node's credential holds from {From} to {Until}: others do not believe it now. Issue a new one, or set the clock right")]
    public static partial void CredentialNotValid(ILogger logger, DateTimeOffset from, DateTimeOffset until);

    [LoggerMessage(9030, LogLevel.Error, "{File} cannot be written: {Reason}. A service taken out of the configuration before the next change may be back after a restart")]
    public static partial void ServicesNotNoted(ILogger logger, string file, string reason);

    [LoggerMessage(9031, LogLevel.Warning, "Member {Member} is of group {Other}, not {Group}: it is seen here, but its services are not. Two groups should not gossip with each other")]
    public static partial void StrangeGroup(ILogger logger, string member, string other, string group);

    [LoggerMessage(9032, LogLevel.Information, "{Node} is in the LAN, its gossip at {Address}: it is joined")]
    public static partial void NeighbourFound(ILogger logger, string node, string address);

    [LoggerMessage(9033, LogLevel.Debug, "{Node} is in the LAN, and was not joined: {Reason}")]
    public static partial void NeighbourLost(ILogger logger, string node, string reason);

    [LoggerMessage(9034, LogLevel.Information, "Spans go to {Endpoint}: of the traces that begin here a share of {Share}, of others what their beginner records")]
    public static partial void Tracing(ILogger logger, Uri endpoint, double share);

    [LoggerMessage(9035, LogLevel.Warning, "Spans cannot be sent to {Endpoint}: until they can they are lost. Does a collector listen there, and does it speak {Protocol}? See tracing.endpoint and tracing.protocol")]
    public static partial void SpansLost(ILogger logger, Uri endpoint, string protocol);

    [LoggerMessage(9036, LogLevel.Information, "Spans are sent to {Endpoint} again")]
    public static partial void SpansSent(ILogger logger, Uri endpoint);

    [LoggerMessage(9037, LogLevel.Information, "Session {Session} ({Name}) ends, and its locks: {Reason}")]
    public static partial void SessionEnds(ILogger logger, string session, string name, string reason);

    [LoggerMessage(9038, LogLevel.Warning, "{Count} sessions that have lost their node or a check could not be ended: {Reason}. It is tried again")]
    public static partial void SessionsNotEnded(ILogger logger, int count, Manifest.ManifestError reason);

    [LoggerMessage(9050, LogLevel.Information, "etcd's clients are not answered: access control is on, and they bring no tokens. acl.allowEtcd answers them all the same")]
    public static partial void EtcdClosed(ILogger logger);

    [LoggerMessage(9051, LogLevel.Warning, "Access control is on, and acl.allowEtcd answers etcd's clients at {Address} without it: whoever reaches that can read and change every key")]
    public static partial void EtcdWithoutTokens(ILogger logger, string address);

    [LoggerMessage(9060, LogLevel.Information, "The gateway follows its group: revision {Revision}, {Objects} objects")]
    public static partial void GatewayFollowed(ILogger logger, long revision, int objects);

    [LoggerMessage(9061, LogLevel.Information, "The group had no gateway objects yet: {Objects} of {File} are its first")]
    public static partial void GatewaySeeded(ILogger logger, int objects, string file);

    [LoggerMessage(9062, LogLevel.Warning, "Revision {Revision} of the gateway is not whole on this node: {Fault}")]
    public static partial void GatewayFault(ILogger logger, long revision, string fault);

    [LoggerMessage(9063, LogLevel.Information, "Revision {Revision} of the gateway is whole on this node now")]
    public static partial void GatewayWell(ILogger logger, long revision);

    [LoggerMessage(9064, LogLevel.Warning,
        "{File} says of {Objects} something else than the group has agreed on, which is in effect. To make it the group's: skerry pipeline apply -f {Again}")]
    public static partial void GatewayFileOverruled(ILogger logger, string file, string objects, string again);

    [LoggerMessage(9065, LogLevel.Warning, "{File}: {Reason}. Until this node hears from its group after a start, the gateway has what the configuration file says")]
    public static partial void GatewayNotKept(ILogger logger, string file, string reason);

    [LoggerMessage(9066, LogLevel.Error, "The gateway could not follow its group; trying again")]
    public static partial void GatewayBroken(ILogger logger, Exception exception);

    [LoggerMessage(9067, LogLevel.Warning, "The gateway does without instance {Instance} on {Node} of group {Group} for now: there is no address for it here: {Reason}")]
    public static partial void FarInstanceWithoutAddress(ILogger logger, string instance, string node, string group, string reason);

    [LoggerMessage(9039, LogLevel.Warning, "Nodes of the groups {First} and {Second} both bear the name {Node}: what is meant for one may come to the other. Give one of them another node.name")]
    public static partial void NameShared(ILogger logger, string node, string first, string second);

    [LoggerMessage(9040, LogLevel.Critical, "A part of the agent has ended: {Reason}. The agent stops")]
    public static partial void Broken(ILogger logger, string reason);
}
