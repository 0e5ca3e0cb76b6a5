using System.Runtime.InteropServices;

namespace Skerry.Lab.Fabric;

/// <summary><c>struct timespec</c> where a word has 64 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}
