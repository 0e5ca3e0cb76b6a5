using Microsoft.Extensions.Logging;

using Skerry.Raft;

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

    [LoggerMessage(1605, LogLevel.Error,
        "This node's state differs from {Node}'s after entry {Index} of the log: one of the two is wrong. Stop the one that is, empty its manifest's directory, and start it again")]
    public static partial void Different(ILogger logger, string node, ulong index);

    [LoggerMessage(1606, LogLevel.Information, "This node's state is like {Node}'s again, after entry {Index} of the log")]
    public static partial void SameAgain(ILogger logger, string node, ulong index);

    [LoggerMessage(1610, LogLevel.Information, "Founding group {Group} with {Founders}")]
    public static partial void Founding(ILogger logger, string group, string founders);

    [LoggerMessage(1611, LogLevel.Warning, "Group {Group} was not founded with {Founders}: not all of them could; trying again")]
    public static partial void FoundingGivenUp(ILogger logger, string group, string founders);

    [LoggerMessage(1612, LogLevel.Information, "Group {Group} is founded: {Founders}")]
    public static partial void Founded(ILogger logger, string group, string founders);

    [LoggerMessage(1613, LogLevel.Information, "Member changed: {Kind} {Node}")]
    public static partial void MemberChanged(ILogger logger, RaftMemberChangeKind kind, string node);

    [LoggerMessage(1614, LogLevel.Debug, "Member not changed yet: {Kind} {Node}: {Error}")]
    public static partial void MemberNotChanged(ILogger logger, RaftMemberChangeKind kind, string node, RaftError error);

    [LoggerMessage(1615, LogLevel.Error,
        "{Node} belongs to another group that is called {Group}, too: two were founded apart. Stop the nodes of one, remove their manifest's directories, and start them again")]
    public static partial void AnotherGroup(ILogger logger, string node, string group);

    [LoggerMessage(1616, LogLevel.Warning, "{Node} sends what is no message of the group: {Reason}")]
    public static partial void NoMessage(ILogger logger, string node, string reason);

    [LoggerMessage(1630, LogLevel.Warning,
        "This node goes on alone, as an operator wants: with the log up to entry {Last} of term {Term}, agreed on up to {Commit} as far as it knows, and without {Lost}. What was acknowledged beyond is lost")]
    public static partial void Recovering(ILogger logger, ulong last, ulong term, ulong commit, string lost);

    [LoggerMessage(1617, LogLevel.Error, "The founding of group {Group} waits for the disk: {Reason}")]
    public static partial void FoundingNotWritten(ILogger logger, string group, string reason);

    [LoggerMessage(1618, LogLevel.Critical, "UNSAFE, for benchmarks alone (--unsafe-no-fsync): nothing in {Path} is flushed. A crash of this machine loses writes that were acknowledged, and may break the group")]
    public static partial void UnsafeNoFsync(ILogger logger, string path);
}
