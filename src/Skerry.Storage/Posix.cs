using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace Skerry.Storage;

/// <summary>Calls of the C library that .NET has no name for.</summary>
internal static partial class Posix
{
    public const int ReadOnly = 0;

    /// <summary>EINTR: a signal came; the call is made again.</summary>
    public const int Interrupted = 4;

    /// <summary>ENOSPC.</summary>
    public const int NoSpace = 28;

    /// <summary>EDQUOT: the user's share is used up.</summary>
    public const int QuotaExceeded = 122;

    /// <summary>EOPNOTSUPP: the file system cannot reserve; writing zeros does as well.</summary>
    public const int NotSupported = 95;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int handle);

    /// <summary>Like fsync, without times of access and change, which nothing needs after a crash.</summary>
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int Fdatasync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Fallocate(SafeFileHandle handle, int mode, long offset, long length);
}
