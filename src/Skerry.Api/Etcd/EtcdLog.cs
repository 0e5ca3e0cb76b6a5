using Microsoft.Extensions.Logging;

namespace Skerry.Api.Etcd;

/// <summary>Log messages of the etcd door: event ids 4100 to 4199.</summary>
internal static partial class EtcdLog
{
    [LoggerMessage(4100, LogLevel.Information, "The etcd API listens on http://{Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(4101, LogLevel.Error, "The etcd call {Method} failed")]
    public static partial void Failed(ILogger logger, string method, Exception exception);

    [LoggerMessage(4102, LogLevel.Information, "Asked to defragment: there is nothing to, since the store gives memory back by itself")]
    public static partial void NothingToDefragment(ILogger logger);
}
