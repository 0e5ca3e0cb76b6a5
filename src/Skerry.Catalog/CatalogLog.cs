using Microsoft.Extensions.Logging;

namespace Skerry.Catalog;

/// <summary>Log messages of the catalog: event ids 2000 to 2099.</summary>
internal static partial class CatalogLog
{
    [LoggerMessage(2000, LogLevel.Information, "Service {Service} registered as {Id}")]
    public static partial void Registered(ILogger logger, string service, string id);

    [LoggerMessage(2001, LogLevel.Information, "Service {Id} deregistered")]
    public static partial void Deregistered(ILogger logger, string id);

    [LoggerMessage(2002, LogLevel.Information, "Check {Check} is {Status}: {Output}")]
    public static partial void CheckChanged(ILogger logger, string check, CheckStatus status, string output);

    [LoggerMessage(2003, LogLevel.Warning, "Service {Id} was critical for {After} and is deregistered")]
    public static partial void Expired(ILogger logger, string id, TimeSpan after);

    [LoggerMessage(2004, LogLevel.Error, "The registrations in {Path} are damaged and were set aside as {Aside}: services have to register again")]
    public static partial void RegistrationsDamaged(ILogger logger, string path, string aside);

    [LoggerMessage(2005, LogLevel.Error, "{Reason}. What ended now may be back after a restart: make room, or mend the disk")]
    public static partial void RegistrationsUnwritable(ILogger logger, string reason);

    [LoggerMessage(2006, LogLevel.Error, "Check {Check} broke: it is taken as critical")]
    public static partial void CheckBroke(ILogger logger, string check, Exception exception);

    [LoggerMessage(2007, LogLevel.Debug, "The {Kind} record {Id} of {Owner} cannot be read")]
    public static partial void RecordRefused(ILogger logger, string kind, string id, string owner);

    [LoggerMessage(2009, LogLevel.Warning, "{Count} nodes of this group or records of others found no room in what groups tell each other")]
    public static partial void SitesLeftOut(ILogger logger, int count);

    [LoggerMessage(2010, LogLevel.Information, "Group {Group} is reached, as {Via} tells")]
    public static partial void GroupReached(ILogger logger, string group, string via);

    [LoggerMessage(2011, LogLevel.Warning, "Group {Group} cannot be reached: what it exports counts as critical until it is")]
    public static partial void GroupLost(ILogger logger, string group);

    [LoggerMessage(2012, LogLevel.Information, "Nobody tells of group {Group} any more")]
    public static partial void GroupGone(ILogger logger, string group);

    [LoggerMessage(2013, LogLevel.Information, "This node is {State} one of those that speak for its group")]
    public static partial void Bridging(ILogger logger, string state);

    [LoggerMessage(2008, LogLevel.Error, "A listener to the catalog's changes broke")]
    public static partial void ListenerBroke(ILogger logger, Exception exception);
}
