using Microsoft.Extensions.Logging;

namespace Skerry.Gateway;

/// <summary>Log messages of the gateway: event ids 3000 to 3099.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(3000, LogLevel.Information, "Gateway listener {Listener} takes requests on {Address}")]
    public static partial void Listening(ILogger logger, string listener, string address);

    [LoggerMessage(3001, LogLevel.Information, "Gateway runs {Pipelines} pipelines")]
    public static partial void Swapped(ILogger logger, int pipelines);

    [LoggerMessage(3002, LogLevel.Error, "Pipeline {Pipeline} failed")]
    public static partial void PipelineBroke(ILogger logger, string pipeline, Exception exception);

    [LoggerMessage(3003, LogLevel.Warning, "Instance {Target} failed {Failures} times in a row and is left out for {Duration}")]
    public static partial void Ejected(ILogger logger, string target, int failures, TimeSpan duration);

    [LoggerMessage(3004, LogLevel.Debug, "Request to {Target} failed: {Reason}")]
    public static partial void AttemptFailed(ILogger logger, string target, string reason);

    [LoggerMessage(3005, LogLevel.Information, "Gateway listener {Listener} is closed")]
    public static partial void Closed(ILogger logger, string listener);

    [LoggerMessage(3006, LogLevel.Error, "The certificate of listener {Listener} cannot be read again and stays as it was: {Reason}")]
    public static partial void CertificateUnreadable(ILogger logger, string listener, string reason);
}
