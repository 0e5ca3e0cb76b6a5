using Microsoft.Extensions.Logging;

namespace Skerry.Manifest.Driver;

/// <summary>Log messages of the manifest: event ids 1600 to 1699.</summary>
internal static partial class ManifestLog
{
    [LoggerMessage(1600, LogLevel.Error, "Entry {Index} of the group's log cannot be read ({Size} bytes) and is passed over: it is damaged, or of a newer version")]
    public static partial void Malformed(ILogger logger, ulong index, int size);

    [LoggerMessage(1601, LogLevel.Warning, "The manifest takes {Bytes} bytes, its quota is {Quota}: writes that add are refused until space is freed and the alarm is lifted")]
    public static partial void OutOfSpace(ILogger logger, long bytes, long quota);

    [LoggerMessage(1602, LogLevel.Information, "The manifest was loaded from a snapshot: revision {Revision}, {Keys} keys, {Leases} leases")]
    public static partial void Restored(ILogger logger, long revision, long keys, int leases);

    [LoggerMessage(1603, LogLevel.Warning, "Could not have {Count} leases or sessions ended: {Error}; trying again")]
    public static partial void ExpiryFailed(ILogger logger, int count, ManifestError error);

    [LoggerMessage(1604, LogLevel.Critical, "The manifest's background work has stopped")]
    public static partial void Stopped(ILogger logger, Exception exception);
}
