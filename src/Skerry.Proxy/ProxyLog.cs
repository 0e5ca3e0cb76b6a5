using Microsoft.Extensions.Logging;

using Skerry.Proxy.Socks;

namespace Skerry.Proxy;

/// <summary>Log messages of the proxy: event ids 6000 to 6099.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(6000, LogLevel.Information, "Forward {Id}: {Network} at {Address} leads to {Service}")]
    public static partial void ForwardOpened(ILogger logger, string id, ServiceNetwork network, string address, string service);

    [LoggerMessage(6001, LogLevel.Information, "Forward {Id} is closed")]
    public static partial void ForwardClosed(ILogger logger, string id);

    [LoggerMessage(6002, LogLevel.Warning, "{What} at {Address} is open to the network: whoever reaches it reaches the services")]
    public static partial void Open(ILogger logger, string what, string address);

    [LoggerMessage(6003, LogLevel.Debug, "{Service}: {Instance} was not reached: {Reason}")]
    public static partial void DialFailed(ILogger logger, string service, string instance, string reason);

    [LoggerMessage(6004, LogLevel.Warning, "{Service} was not reached for {Client}: {Reason}")]
    public static partial void NotReached(ILogger logger, string service, string client, string reason);

    [LoggerMessage(6005, LogLevel.Warning, "{Address} carries {Limit} connections and refuses more: raise proxy.maxConnections, or find who opens them")]
    public static partial void Full(ILogger logger, string address, int limit);

    [LoggerMessage(6006, LogLevel.Error, "The listener at {Address} cannot take another connection for now: {Reason}. When it is open files: raise their limit (LimitNOFILE, ulimit -n)")]
    public static partial void AcceptRefused(ILogger logger, string address, string reason);

    [LoggerMessage(6007, LogLevel.Error, "A connection to {Address} broke the proxy")]
    public static partial void ConnectionBroke(ILogger logger, string address, Exception exception);

    [LoggerMessage(6008, LogLevel.Warning, "Refused {Service} ({Instance}) to {Caller} of group {Group}: {Reason}")]
    public static partial void CallRefused(ILogger logger, string service, string instance, string caller, string group, string reason);

    [LoggerMessage(6009, LogLevel.Debug, "{Service} ({Instance}) taken by {Caller} of group {Group}")]
    public static partial void CallTaken(ILogger logger, string service, string instance, string caller, string group);

    [LoggerMessage(6011, LogLevel.Information, "DNS answers names under {Domain} at {Address}")]
    public static partial void DnsOpened(ILogger logger, string domain, string address);

    [LoggerMessage(6012, LogLevel.Warning, "No names are answered: {Reason} Set proxy.dns.listen to another address, or proxy.dns.enable to false")]
    public static partial void DnsTaken(ILogger logger, string reason);

    [LoggerMessage(6013, LogLevel.Warning, "{Service} has no virtual address for port {Port}, and its names lead to its instances: {Reason}")]
    public static partial void VirtualTaken(ILogger logger, string service, int port, string reason);

    [LoggerMessage(6014, LogLevel.Warning, "More than {Limit} ports of services: the others have no virtual address, and their names lead to their instances")]
    public static partial void VirtualFull(ILogger logger, int limit);

    [LoggerMessage(6015, LogLevel.Error, "{File} cannot be written: {Reason}. After a restart services may have other virtual addresses than now")]
    public static partial void VirtualNotKept(ILogger logger, string file, string reason);

    [LoggerMessage(6016, LogLevel.Information, "SOCKS takes connections at {Address}")]
    public static partial void SocksOpened(ILogger logger, string address);

    [LoggerMessage(6017, LogLevel.Information, "SOCKS refused {Host}:{Port} to {Client}: {Reply}")]
    public static partial void SocksRefused(ILogger logger, string host, int port, string client, SocksReply reply);

    [LoggerMessage(6018, LogLevel.Error, "A query broke the DNS server")]
    public static partial void QueryBroke(ILogger logger, Exception exception);

    [LoggerMessage(6019, LogLevel.Error, "The call of {Caller} for {Service} ({Instance}) broke the proxy")]
    public static partial void CallBroke(ILogger logger, string caller, string service, string instance, Exception exception);

    [LoggerMessage(6010, LogLevel.Debug, "{Service}: {Client} went on {Path} path to {Instance}: {Up} bytes there, {Down} back{Problem}")]
    public static partial void FlowEnded(ILogger logger, string service, string client, string path, string instance, long up, long down, string problem);
}
