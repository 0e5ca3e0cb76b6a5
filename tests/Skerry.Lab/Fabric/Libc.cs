using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace Skerry.Lab.Fabric;

/// <summary>The system calls of the lab: .NET knows no namespaces, no TUN devices and no poll. Numbers are those of Linux.</summary>
internal static unsafe partial class Libc
{
    public const int NewNetwork = 0x40000000;   // CLONE_NEWNET
    public const int ReadWrite = 0x2;           // O_RDWR
    public const int NonBlocking = 0x800;       // O_NONBLOCK
    public const int CloseOnExec = 0x80000;     // O_CLOEXEC
    public const uint SetInterface = 0x400454CA; // TUNSETIFF
    public const short Tun = 0x1;               // IFF_TUN
    public const short NoPacketInfo = 0x1000;   // IFF_NO_PI
    public const short PollIn = 0x1;

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    public static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int ThreadId();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeFileHandle descriptor, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle descriptor, void* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle descriptor, void* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(PollRecord* records, nuint count, TimeSpec* timeout, nint signals);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);
}
