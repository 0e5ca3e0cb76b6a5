using Microsoft.Extensions.Logging;

namespace Skerry.Api;

/// <summary>Log messages of the API: event ids 4000 to 4099.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(4000, LogLevel.Information, "The API listens on http://{Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(4001, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(4002, LogLevel.Warning, "Refused: {Accessor} may not {Access} {Resource} '{Name}' ({Method} {Path} from {Remote})")]
    public static partial void Refused(ILogger logger, string accessor, string resource, string access, string name, string method, string path, System.Net.IPAddress? remote);

    [LoggerMessage(4003, LogLevel.Warning, "Refused: no such token ({Method} {Path} from {Remote})")]
    public static partial void UnknownToken(ILogger logger, string method, string path, System.Net.IPAddress? remote);

    [LoggerMessage(4004, LogLevel.Warning, "The manifest's key {Key} cannot be read by this version: tokens that need it may do nothing")]
    public static partial void UnreadableAcl(ILogger logger, string key);

    [LoggerMessage(4005, LogLevel.Information, "Access control was bootstrapped: token {Accessor} may do everything")]
    public static partial void Bootstrapped(ILogger logger, string accessor);

    [LoggerMessage(4006, LogLevel.Warning, "The file {File} that would allow another bootstrap cannot be used: {Reason}")]
    public static partial void BadResetFile(ILogger logger, string file, string reason);
}
