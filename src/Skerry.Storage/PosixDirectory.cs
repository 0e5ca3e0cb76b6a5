using System.Runtime.InteropServices;

namespace Skerry.Storage;

/// <summary>A rename is on disk only when its directory is.</summary>
internal static class PosixDirectory
{
    /// <exception cref="IOException">The system refuses.</exception>
    public static void Flush(string directory)
    {
        // .NET opens no directories; these three calls are all it takes.
        var handle = Posix.Open(directory, Posix.ReadOnly);
        if (handle < 0) throw new IOException($"{directory} cannot be opened to flush it: error {Marshal.GetLastPInvokeError()}");
        try
        {
            if (Posix.Fsync(handle) != 0) throw new IOException($"{directory} cannot be flushed: error {Marshal.GetLastPInvokeError()}");
        }
        finally
        {
            _ = Posix.Close(handle);
        }
    }
}
