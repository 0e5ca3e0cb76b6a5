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

    [LoggerMessage(3006, LogLevel.Error, "The certificate of listener {Listener} stays as it was. {Reason}")]
    public static partial void CertificateUnreadable(ILogger logger, string listener, string reason);

    [LoggerMessage(3007, LogLevel.Information, "Listener {Listener} uses the certificate in {Path} as it is now")]
    public static partial void CertificateRead(ILogger logger, string listener, string path);

    [LoggerMessage(3008, LogLevel.Debug, "No TLS with {Client}: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, string client, string reason);

    [LoggerMessage(3009, LogLevel.Error, "The listener at {Address} cannot take another connection for now: {Reason}. When it is open files: raise their limit (LimitNOFILE, ulimit -n)")]
    public static partial void AcceptRefused(ILogger logger, string address, string reason);

    [LoggerMessage(3010, LogLevel.Critical, "What a connection ran on its event loop failed")]
    public static partial void LoopBroke(ILogger logger, Exception exception);

    [LoggerMessage(3011, LogLevel.Warning, "Listener {Listener} did not stop well")]
    public static partial void RetireFailed(ILogger logger, string listener, Exception exception);
}
