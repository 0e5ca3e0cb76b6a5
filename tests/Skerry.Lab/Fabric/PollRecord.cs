using System.Runtime.InteropServices;

namespace Skerry.Lab.Fabric;

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollRecord
{
    public int Descriptor;
    public short Events;
    public short Returned;
}
