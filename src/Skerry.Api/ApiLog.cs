using Microsoft.Extensions.Logging;

namespace Skerry.Api;

/// <summary>Log messages of the API: event ids 4000 to 4099.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(4000, LogLevel.Information, "The API listens on http://{Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(4001, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, string method, string path, Exception exception);
}
